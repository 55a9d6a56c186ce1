import type { Name } from '../../catalogue/catalogue.ts';
import { type Notice, noticeState } from '../../notices/notice.ts';
import { card, type NoticeCard } from '../card.ts';
import { addDays } from '../days.ts';
import type { SiteContent } from '../edition/content.ts';
import { short } from '../edition/run.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import { type Month, monthsOf } from '../months.ts';
import { DAYS, type EventfulDay, ninetyDays } from '../ninety-days.ts';
import { type ServiceState, serviceStates } from '../service-state.ts';
import { isOpen } from '../words.ts';
import { pageSheets } from './print.ts';

/** `/services/{key}`: one service under one address for ever, also when it is no longer offered. */
export const services: Kind = {
  routes: ['/services/:key'],
  *sheets(printing) {
    for (const [key, notices] of noticesByService(printing.content)) {
      yield* pageSheets(printing, {
        path: `/services/${key}`,
        template: 'site/service',
        mark: short(printing.stamp(notices)),
        // The strip of ninety days moves on.
        seal: printing.today,
        view: () => servicePage(printing, key, notices),
      });
    }
  },
};

/** All services that have a page: those of the catalogue, and those that are gone from it but not from the notices. */
export function noticesByService({ catalogue, notices }: SiteContent): Map<string, Notice[]> {
  const of = new Map<string, Notice[]>(catalogue.services.map(({ key }) => [key, []]));
  for (const notice of notices) {
    for (const key of new Set(notice.impacts.map((impact) => impact.service))) {
      const some = of.get(key);
      if (some) some.push(notice);
      else of.set(key, [notice]);
    }
  }
  return of;
}

/** So many of the newest; the search has all. */
const NEWEST = 30;

export interface ServicePage {
  key: string;
  name: Name;
  /** null: it is no longer in the catalogue. */
  state: ServiceState | null;
  open: NoticeCard[];
  days: EventfulDay[];
  /** The first of the ninety. */
  since: string;
  months: { year: number; month: number; cards: NoticeCard[] }[];
}

function servicePage(printing: Printing, key: string, notices: Notice[]): ServicePage {
  const { content, now, today, operator } = printing;
  const over = notices
    .filter((notice) => !isOpen(noticeState(notice, now)))
    .sort((a, b) => b.occurredAt - a.occurredAt)
    .slice(0, NEWEST);
  const cards = ({ year, month, notices: some }: Month) => ({
    year,
    month,
    cards: some.map((notice) => card(notice, content, now)),
  });
  return {
    key,
    name: content.names.service(key),
    state: serviceStates(content, now).find((service) => service.key === key) ?? null,
    open: notices
      .filter((notice) => isOpen(noticeState(notice, now)))
      .map((notice) => card(notice, content, now))
      .sort((a, b) => rank(a) - rank(b) || b.occurredAt - a.occurredAt),
    days: ninetyDays(printing).get(key) ?? [],
    since: addDays(today, 1 - DAYS),
    months: monthsOf(over, operator.timeZone).map(cards),
  };
}

/** Faults first, then work under way, then what is ahead. */
function rank({ badge }: NoticeCard): number {
  return badge === 'planned' ? 2 : badge === 'work' ? 1 : 0;
}
