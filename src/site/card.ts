import type { Name } from '../catalogue/catalogue.ts';
import type { Message } from '../errors.ts';
import {
  type Notice,
  type NoticeState,
  noticeState,
  recoveredApproximately,
  recoveredAt,
  workWindow,
} from '../notices/notice.ts';
import { type Window, windowAt, workWindows } from '../notices/windows.ts';
import { STATE_WORDS } from '../notices/wording/words.ts';
import { DAY, type Instant } from '../time.ts';
import type { SiteContent } from './edition/content.ts';
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
  recoveredApproximate: boolean;
  /** Of a work the window that it is, or the next one, or the last; all of them in windows. */
  window: Window | null;
  windows: Window[];
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
    recoveredApproximate: notice.kind === 'fault' && recoveredApproximately(notice),
    window: windowAt(workWindows(notice), now),
    windows: workWindows(notice),
  };
}

/** A fault of which only delays are open is no outage, whatever its state is called. */
function badgeOf(notice: Notice, state: NoticeState): Badge {
  const badge = STATE_BADGES[state];
  const open = notice.impacts.filter((impact) => impact.recoveredAt === null);
  return badge === 'fault' && open.length > 0 && open.every((impact) => impact.symptom === 'delayed') ? 'delay' : badge;
}

/** A work that was cancelled was over when that was told; other work by its times, a fault when its last impact ended. */
export function overAt(notice: Notice, state: NoticeState): Instant | null {
  if (state === 'cancelled') return notice.reports.at(-1)?.publishedAt ?? null;
  return notice.kind === 'work' ? (workWindow(notice)?.to ?? null) : recoveredAt(notice);
}
