import { createHash } from 'node:crypto';
import type { Database, Tx } from '../db/open.ts';
import { isUniqueViolation } from '../db/open.ts';
import { Conflict } from '../errors.ts';
import { DAY, type Instant } from '../time.ts';
import { staffStore } from './store.ts';

export interface Answer {
  status: number;
  body: unknown;
}

/** Longer than any client retries. */
const KEPT_FOR = 7 * DAY;

/**
 * Runs `act` once for each Idempotency-Key of an API key. The same key and request get the stored answer again, the same key with
 * another request is refused. The answer is stored in the act's own transaction, so of many at once one acts and the others read.
 * @throws Conflict
 */
export async function once(
  db: Database,
  call: { apiKey: string; idempotencyKey: string | undefined; request: unknown; now: Instant },
  act: (remember: (tx: Tx, answer: Answer) => Promise<void>) => Promise<Answer>,
): Promise<Answer> {
  const { idempotencyKey } = call;
  if (idempotencyKey === undefined) return act(async () => {});
  const requestHash = createHash('sha256').update(JSON.stringify(call.request)).digest('base64url');
  const recall = async () => {
    const row = await staffStore.remembered(db.kysely, call.apiKey, idempotencyKey);
    if (!row) return undefined;
    if (row.request_hash !== requestHash) throw otherRequest();
    return { status: row.status, body: JSON.parse(row.answer) as unknown };
  };
  // Of many at once in this process one acts; the others wait for it instead of doing all the work up to the refusal.
  const name = `${call.apiKey} ${idempotencyKey}`;
  while (underWay.has(name)) await underWay.get(name);
  let done = () => {};
  underWay.set(name, new Promise<void>((resolve) => (done = resolve)));
  try {
    const before = await recall();
    if (before) return before;
    return await act((tx, answer) =>
      staffStore.remember(tx, {
        api_key: call.apiKey,
        idempotency_key: idempotencyKey,
        request_hash: requestHash,
        status: answer.status,
        answer: JSON.stringify(answer.body),
        created_at: call.now,
      }),
    );
  } catch (error) {
    // Somebody with the same key committed first; ours was rolled back whole.
    const first = isUniqueViolation(error) ? await recall() : undefined;
    if (first) return first;
    throw error;
  } finally {
    underWay.delete(name);
    done();
  }
}

const underWay = new Map<string, Promise<void>>();

/** What was answered to this key before; undefined where nothing was. */
export async function answerTo(db: Database, apiKey: string, idempotencyKey: string): Promise<Answer | undefined> {
  const row = await staffStore.remembered(db.kysely, apiKey, idempotencyKey);
  return row && { status: row.status, body: JSON.parse(row.answer) as unknown };
}

function otherRequest(): Conflict {
  return new Conflict({
    ja: '同じ Idempotency-Key が別の内容で使われています。新しいキーを使ってください。',
    en: 'This Idempotency-Key was used for another request. Use a new one.',
  });
}

/** Housekeeping: answers that nobody will ask for again. */
export async function forgetOldAnswers(db: Database, now: Instant): Promise<void> {
  await staffStore.forgetAnswers(db.kysely, now - KEPT_FOR);
}
