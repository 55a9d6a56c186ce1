import { readSettings } from '../../staff/settings.ts';
import { type Instant, parseLocalInput } from '../../time.ts';
import { type AlarmLook, alarmsEndedAt, loadAlarms } from '../alarms/take-alarms.ts';
import { idsOfBoard } from '../clocks/board-store.ts';
import type { ClockFacts } from '../clocks/clocks.ts';
import type { Draft } from '../drafts/draft.ts';
import { loadSchedules } from '../drafts/schedule.ts';
import type { NoticeGround } from '../ground.ts';
import { noticeStore } from '../store.ts';
import { warningTrouble } from '../warnings/call.ts';
import { board, RECENT } from './console-board.ts';
import { countdown } from './limit-look.ts';

/** What the clocks of one notice go by. */
export async function clockFacts(
  ground: NoticeGround,
  draft: Draft | undefined,
  alarms: readonly AlarmLook[] = [],
): Promise<ClockFacts> {
  const settings = await readSettings(ground.db.kysely);
  const { timeZone: zone } = ground.operator;
  return {
    settings,
    zone,
    now: ground.clock.now(),
    recoverySeenAt: recoverySeen(draft, zone) ?? alarmsEndedAt(alarms),
  };
}

/** The board as it stands at this moment. */
export async function boardNow(ground: NoticeGround) {
  const { kysely } = ground.db;
  const now = ground.clock.now();
  const ids = await idsOfBoard(kysely, now - RECENT);
  const notices = ids.length === 0 ? [] : await noticeStore.byIds(kysely, ids);
  const drafts = await noticeStore.drafts(kysely);
  const facts = await clockFacts(ground, undefined);
  const draftOf = new Map(drafts.map((draft) => [draft.noticeId, draft]));
  const alarms = await loadAlarms(kysely, ids);
  const factsOf = ({ id }: { id: string }) => ({
    ...facts,
    recoverySeenAt: recoverySeen(draftOf.get(id), facts.zone) ?? alarmsEndedAt(alarms.get(id) ?? []),
  });
  return {
    ...board(notices, drafts, factsOf, now),
    notices,
    alarms: Object.fromEntries(alarms),
    schedules: await loadSchedules(kysely),
    now,
    warnTrouble: await warningTrouble(ground, facts.settings),
    ...countdown(facts.settings),
  };
}

/** A recovery that somebody has written down for the next report: readers do not know of it yet. */
function recoverySeen(draft: Draft | undefined, zone: string): Instant | null {
  const form = (draft?.content as { form?: Record<string, string> } | undefined)?.form ?? {};
  const times = Object.entries(form)
    .filter(([name]) => /^recovered\..+\.at$/.test(name) && form[name.replace(/at$/, 'on')] === 'on')
    .flatMap(([, text]) => parseLocalInput(text, zone) ?? []);
  return times.length === 0 ? null : Math.max(...times);
}
