import { randomBytes } from 'node:crypto';
import type { Reader } from '../../db/open.ts';
import type { SeriousDecisionsTable } from '../../db/tables/regulator.ts';
import type { Seriousness } from '../../notices/ground.ts';
import type { Notice } from '../../notices/notice.ts';
import type { Poster } from '../../notices/poster.ts';
import { promoteNotice } from '../../notices/promote.ts';
import { record } from '../../staff/audit.ts';
import type { Instant } from '../../time.ts';
import { thresholdWords } from '../criteria/words.ts';
import { NO_FACTS } from '../facts/facts.ts';
import { factsStore } from '../facts/facts-store.ts';
import type { RegulatorGround } from '../ground.ts';
import { loadRuling } from '../ruling.ts';
import { mostUrgent, type OpenThreshold, openThresholds } from './seriousness.ts';

/** When open faults become serious, by notice. Those that are over, or are works, are left out. */
export async function thresholdsOf(
  db: Reader,
  notices: Notice[],
  zone: string,
  now: Instant,
): Promise<Map<string, OpenThreshold[]>> {
  const open = notices.filter(
    (one) => one.kind === 'fault' && one.impacts.some((impact) => impact.recoveredAt === null),
  );
  if (open.length === 0) return new Map();
  const ruling = await loadRuling(db, zone);
  const [mailboxes, facilities, facts] = [
    await factsStore.mailboxes(db),
    await factsStore.facilities(db),
    await factsStore.all(db),
  ];
  const known = { ruling, usage: { mailboxes, facilities, services: ruling.services } };
  return new Map(
    open.map((notice) => [notice.id, openThresholds(notice, facts.get(notice.id)?.facts ?? NO_FACTS, known, now)]),
  );
}

/** What the console tells of open faults: how long until each is serious, and what was decided about it. */
export async function seriousnessOf(ground: RegulatorGround, notices: Notice[]): Promise<Map<string, Seriousness>> {
  const { db, clock, operator } = ground;
  const thresholds = await thresholdsOf(db.kysely, notices, operator.timeZone, clock.now());
  const decisions = await factsStore.decisions(db.kysely, [...thresholds.keys()]);
  return new Map(
    [...thresholds].flatMap(([id, open]): [string, Seriousness][] => {
      const next = mostUrgent(open);
      if (!next) return [];
      const decided = decisions.findLast((one) => one.notice_id === id);
      return [
        [
          id,
          {
            says: thresholdWords(next),
            now: next.left <= 0 && next.enoughUsers === true,
            decided: decided ? { decision: decided.decision, by: decided.decided_by, at: decided.decided_at } : null,
          },
        ],
      ];
    }),
  );
}

export interface Decision {
  decision: SeriousDecisionsTable['decision'];
  reason: string | null;
}

/**
 * A person decides whether a fault goes to the top surface; what the criteria said then, who and when are kept.
 * @throws NotFound, Forbidden; Conflict where it cannot be promoted.
 */
export async function decideSerious(
  ground: RegulatorGround,
  poster: Poster,
  notice: Notice,
  input: Decision,
): Promise<void> {
  const said = (await seriousnessOf(ground, [notice])).get(notice.id)?.says ?? { ja: '', en: '' };
  const now = ground.clock.now();
  const row = {
    id: randomBytes(8).toString('hex'),
    notice_id: notice.id,
    decision: input.decision,
    rule_ja: said.ja,
    rule_en: said.en,
    reason: input.reason,
    decided_at: now,
    decided_by: poster.name,
  };
  if (input.decision === 'promote') {
    await promoteNotice(ground, poster, notice.id, (tx) => factsStore.decide(tx, row));
    return;
  }
  await ground.db.transaction(async (tx) => {
    await factsStore.decide(tx, row);
    await record(tx, now, poster, 'notice:not-serious', 'notice', notice.id, undefined, { said, reason: input.reason });
  });
}

/** What was decided about a notice, oldest first. */
export async function decisionsOn(db: Reader, noticeId: string): Promise<SeriousDecisionsTable[]> {
  return factsStore.decisions(db, [noticeId]);
}
