import { Conflict } from '../../errors.ts';
import type { Poster } from '../../notices/poster.ts';
import { record } from '../../staff/audit.ts';
import type { RegulatorGround } from '../ground.ts';
import type { Facts } from './facts.ts';
import { factsStore, type SavedFacts } from './facts-store.ts';

/**
 * Keeps the facts of an accident as the next version; the ones before stay. `expected` is the version that the writer had before him.
 * @throws Conflict where somebody else saved meanwhile.
 */
export async function saveFacts(
  ground: RegulatorGround,
  actor: Pick<Poster, 'kind' | 'id' | 'name'>,
  noticeId: string,
  { facts, expected }: { facts: Facts; expected?: number | undefined },
): Promise<SavedFacts> {
  const now = ground.clock.now();
  return ground.db.transaction(async (tx) => {
    const before = await factsStore.find(tx, noticeId);
    if (expected !== undefined && expected !== before.version) throw savedMeanwhile(before);
    if (before.version > 0 && JSON.stringify(before.facts) === JSON.stringify(facts)) return before;
    const version = before.version + 1;
    const saved = { facts, at: now, by: actor.name };
    if (!(await factsStore.save(tx, noticeId, version, saved))) throw savedMeanwhile(before);
    const [old, fresh] = changedParts(before.facts, facts);
    await record(tx, now, actor, 'accident:save', 'notice', noticeId, old, fresh);
    return { facts, version, savedAt: now, savedBy: actor.name };
  });
}

/** Only what changed goes into the trail: the whole stands in the versions. */
function changedParts(before: Facts, after: Facts): [object, object] {
  const keys = (Object.keys(after) as (keyof Facts)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const part = (facts: Facts) => Object.fromEntries(keys.map((key) => [key, facts[key]]));
  return [part(before), part(after)];
}

function savedMeanwhile({ savedBy }: SavedFacts): Conflict {
  return new Conflict({
    ja: `この画面を開いたあとに、${savedBy ?? 'ほかの担当者'}が保存しました。入力した内容は残っています。新しい内容を確認し、もう一度保存してください。`,
    en: `${savedBy ?? 'Somebody else'} saved after you opened this form. What you typed is still here: look at the newer facts, then save again.`,
  });
}
