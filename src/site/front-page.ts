import type { Desk, Name } from '../catalogue/catalogue.ts';
import type { Message } from '../errors.ts';
import { type Notice, type NoticeState, noticeState, recoveredAt, workWindow } from '../notices/notice.ts';
import { STATE_WORDS } from '../notices/words.ts';
import { DAY, type Instant } from '../time.ts';
import type { SiteContent } from './content.ts';
import { type Headline, headline } from './headline.ts';
import { type Badge, type ImpactView, impactView, isOpen, STATE_BADGES } from './words.ts';

/** How long a recovery stays on the front page. */
export const RECENT = 7 * DAY;

export interface NoticeCard {
  id: string;
  title: Name;
  badge: Badge;
  state: Message;
  serious: boolean;
  /** Whether customers are touched by it, or will be. */
  open: boolean;
  impacts: ImpactView[];
  occurredAt: Instant;
  approximate: boolean;
  reportNumber: number;
  updatedAt: Instant;
  /** null: 確認中 */
  expectedRecoveryAt: Instant | null;
  /** null where none was promised, or where it is over and nobody waits for one. */
  nextUpdateAt: Instant | null;
  /** What was promised for a time that has passed, while it is not over. */
  overdue: { recovery: boolean; update: boolean };
  lastToday: boolean;
  recoveredAt: Instant | null;
  window: { from: Instant; to: Instant } | null;
}

export interface FrontPage extends Headline {
  /** Up to when it was held against the database. */
  asOf: Instant;
  reload: boolean;
  /** Somebody cannot reach his mail and may doubt his password. */
  passwordIsRight: boolean;
  ongoing: NoticeCard[];
  working: NoticeCard[];
  planned: NoticeCard[];
  recent: NoticeCard[];
  services: { name: Name; badge: Badge; state: Message; group: string | null }[];
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
    reload: ongoing.length > 0,
    passwordIsRight: ongoing.some((one) => one.badge === 'fault'),
    ongoing,
    working,
    planned,
    recent,
    services: serviceStates(content, now),
    desks: content.catalogue.desks,
  };
}

export function card(notice: Notice, content: SiteContent, now: Instant): NoticeCard {
  const state = noticeState(notice, now);
  const report = notice.reports.at(-1);
  const expected = report?.picture.expectedRecoveryAt ?? null;
  const next = report?.picture.nextUpdateAt ?? null;
  const open = isOpen(state);
  return {
    id: notice.id,
    title: notice.title,
    badge: badgeOf(notice, state),
    state: STATE_WORDS[state],
    serious: notice.seriousAt !== null,
    open,
    impacts: notice.impacts.map((impact) => impactView(impact, content.names)),
    occurredAt: notice.occurredAt,
    approximate: notice.occurredApproximate,
    reportNumber: report?.number ?? 0,
    updatedAt: report?.publishedAt ?? notice.updatedAt,
    expectedRecoveryAt: expected,
    nextUpdateAt: next !== null && (open || next > now) ? next : null,
    overdue: { recovery: open && expected !== null && expected <= now, update: open && next !== null && next <= now },
    lastToday: open && (report?.picture.lastToday ?? false),
    recoveredAt: overAt(notice, state),
    window: workWindow(notice),
  };
}

/** A fault of which only delays are open is no outage, whatever its state is called. */
function badgeOf(notice: Notice, state: NoticeState): Badge {
  const badge = STATE_BADGES[state];
  const open = notice.impacts.filter((impact) => impact.recoveredAt === null);
  return badge === 'fault' && open.length > 0 && open.every((impact) => impact.symptom === 'delayed') ? 'delay' : badge;
}

/** A work that was cancelled was over when that was told; other work by its times, a fault when its last impact ended. */
function overAt(notice: Notice, state: NoticeState): Instant | null {
  if (state === 'cancelled') return notice.reports.at(-1)?.publishedAt ?? null;
  return notice.kind === 'work' ? (workWindow(notice)?.to ?? null) : recoveredAt(notice);
}

/** Every service with the worst that is in force on it, and whether on part of it only; a fault outranks work. */
function serviceStates(content: SiteContent, now: Instant): FrontPage['services'] {
  const worst = new Map<string, { badge: Badge; partly: boolean }>();
  for (const { service, badge, partly } of inForce(content, now)) {
    const known = worst.get(service) ?? { badge: 'normal', partly: true };
    const order = WORST_LAST.indexOf(badge) - WORST_LAST.indexOf(known.badge);
    if (order > 0 || (order === 0 && known.partly)) worst.set(service, { badge, partly });
  }
  return content.catalogue.services.map((service) => {
    const { badge, partly } = worst.get(service.key) ?? { badge: 'normal', partly: false };
    const { ja, en } = SERVICE_WORDS[badge];
    const state = partly ? { ja: `一部で${ja}`, en: `${en} in part` } : { ja, en };
    return { name: service.name, badge, state, group: service.group ?? null };
  });
}

const WORST_LAST: Badge[] = ['normal', 'work', 'delay', 'fault'];

function inForce(content: SiteContent, now: Instant): { service: string; badge: Badge; partly: boolean }[] {
  const facilities = (service: string) => content.catalogue.facilities.filter((one) => one.service === service).length;
  return content.notices.flatMap((notice) => {
    const working = notice.kind === 'work' && noticeState(notice, now) === 'in_progress';
    return notice.impacts.flatMap((impact) => {
      const broken = notice.kind === 'fault' && impact.startedAt <= now && (impact.recoveredAt ?? now + 1) > now;
      if (!working && !broken) return [];
      const badge: Badge = working ? 'work' : impact.symptom === 'delayed' ? 'delay' : 'fault';
      const partly = impact.facilities !== 'all' && impact.facilities.length < facilities(impact.service);
      return [{ service: impact.service, badge, partly }];
    });
  });
}

const SERVICE_WORDS: Record<Badge, Message> = {
  fault: { ja: '故障発生中', en: 'Fault' },
  delay: { ja: '遅延', en: 'Delayed' },
  work: { ja: '工事中', en: 'Under work' },
  normal: { ja: '正常', en: 'Normal' },
  recovered: { ja: '回復', en: 'Restored' },
  planned: { ja: '予定', en: 'Scheduled' },
};
