import type { Desk } from '../../catalogue/catalogue.ts';
import { type Notice, type NoticeState, noticeState } from '../../notices/notice.ts';
import { type Instant, MINUTE } from '../../time.ts';
import { card, type NoticeCard, overAt, RECENT } from '../card.ts';
import type { SiteContent } from '../edition/content.ts';
import type { Kind } from '../edition/sheet.ts';
import { type Headline, headline } from '../headline.ts';
import { ninetyDays } from '../ninety-days.ts';
import { type ServiceState, serviceStates } from '../service-state.ts';
import { isOpen, isUnderWay } from '../words.ts';
import { pageSheets } from './print.ts';

/** `/`, which alone names the minute up to which it holds. */
export const front: Kind = {
  routes: ['/'],
  sheets(printing) {
    const { content, now } = printing;
    const minute = now - (now % MINUTE);
    return pageSheets(printing, {
      path: '/',
      template: 'site/front',
      mark: printing.stamp(content.notices.filter((notice) => isShown(notice, now))),
      edition: printing.stamp(),
      seal: String(minute),
      view: () => ({ ...frontPage(content, now, minute), days: ninetyDays(printing) }),
      reloads: content.notices.some((notice) => isUnderWay(noticeState(notice, now))),
    });
  },
};

/** What is over for long is not on it: what is said of that is no news to its reader. */
export function isShown(notice: Notice, now: Instant): boolean {
  const state = noticeState(notice, now);
  return isOpen(state) || now - (overAt(notice, state) ?? 0) < RECENT;
}

export interface FrontPage extends Headline {
  /** Up to when it was held against the database. */
  asOf: Instant;
  /** Somebody cannot reach his mail and may doubt his password. */
  passwordIsRight: boolean;
  ongoing: NoticeCard[];
  working: NoticeCard[];
  planned: NoticeCard[];
  recent: NoticeCard[];
  services: ServiceState[];
  desks: Desk[];
}

/** What is broken now, what is being worked on, what is ahead and what works again. */
export function frontPage(content: SiteContent, now: Instant, asOf: Instant = now): FrontPage {
  const by = (...states: NoticeState[]) =>
    content.notices
      .filter((notice) => states.includes(noticeState(notice, now)))
      .map((notice) => card(notice, content, now));
  const ongoing = by('ongoing', 'partially_recovered', 'delayed');
  // Serious first: it is what most people came for.
  ongoing.sort((a, b) => Number(b.serious) - Number(a.serious) || b.occurredAt - a.occurredAt);
  const working = by('in_progress');
  const planned = by('planned').sort((a, b) => (a.window?.from ?? 0) - (b.window?.from ?? 0));
  const recent = by('recovered', 'closed', 'completed', 'cancelled').filter(
    (one) => now - (one.recoveredAt ?? 0) < RECENT,
  );
  recent.sort((a, b) => (b.recoveredAt ?? 0) - (a.recoveredAt ?? 0));
  return {
    ...headline(content, now),
    asOf,
    passwordIsRight: ongoing.some((one) => one.badge === 'fault'),
    ongoing,
    working,
    planned,
    recent,
    services: serviceStates(content, now),
    desks: content.catalogue.desks,
  };
}
