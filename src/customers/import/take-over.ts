import type { Database, Tx } from '../../db/open.ts';
import { endSessionsOf } from '../../http/sessions.ts';
import type { Clock } from '../../time.ts';
import { type Decision, importStore } from './import-store.ts';
import { inTurns } from './in-turns.ts';

/** How other rooms let go of a customer: his alert addresses, and what is queued for them. Handed in from above. */
export type Forget = (tx: Tx, customerIds: string[]) => Promise<void>;

/**
 * Takes over the file that is decided on, from where it was left to its end: each customer whole, a few hundred in a transaction.
 * Several may be at it at once.
 * @param until a moment of the process' own clock: whoever is to stop soon leaves the rest.
 * @returns whether it is through.
 */
export async function takeOverDecided(
  { db, clock }: { db: Database; clock: Clock },
  decision: Decision,
  forget: Forget | undefined,
  until = Infinity,
): Promise<boolean> {
  if (decision.removes && !forget) throw new Error('who is gone from the file cannot be removed from here');
  const { run } = decision;
  if (!(await inTurns(db, (size) => takeNext(db, clock, run, size), until))) return false;
  if (decision.removes && forget && !(await removeGone({ db, clock }, decision, forget, until))) return false;
  await importStore.end(db.kysely, run);
  await dropRows(db, run, until);
  return true;
}

/** What was read of a file goes; it counts nothing any more. @returns whether nothing of it is left. */
export function dropRows(db: Database, run: string, until?: number): Promise<boolean> {
  return inTurns(db, (size) => importStore.drop(db.kysely, run, size), until);
}

/** @returns whether there may be more. */
function takeNext(db: Database, clock: Clock, run: string, size: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const now = clock.now();
    const decision = await importStore.goOn(tx, run, now);
    if (!decision) return false;
    const logins = await importStore.next(tx, decision, size);
    if (logins.length === 0) return false;
    const piece = { ...decision, logins };
    await importStore.takeOver(tx, piece, now);
    if (decision.removes) await importStore.removeMailboxes(tx, decision, await importStore.idsOf(tx, piece));
    if (decision.invites) await importStore.invite(tx, piece, now);
    await importStore.reach(tx, piece);
    return logins.length === size;
  });
}

async function removeGone(
  { db, clock }: { db: Database; clock: Clock },
  decision: Decision,
  forget: Forget,
  until: number,
): Promise<boolean> {
  const { customers, losing } = await importStore.gone(db.kysely, decision);
  const gone = new Set(customers);
  const staying = losing.filter((id) => !gone.has(id));
  const remove = async (tx: Tx, ids: string[]) => {
    await forget(tx, ids);
    for (const id of ids) await endSessionsOf(tx, { audience: 'customer', subject: id });
    await importStore.removeCustomers(tx, ids);
  };
  return (
    (await inPieces(customers, remove)) &&
    inPieces(staying, (tx, ids) => importStore.removeMailboxes(tx, decision, ids))
  );

  function inPieces(all: string[], work: (tx: Tx, ids: string[]) => Promise<void>): Promise<boolean> {
    let from = 0;
    const next = async (size: number) => {
      const ids = all.slice(from, from + size);
      if (ids.length === 0) return false;
      from += size;
      await db.transaction(async (tx) => {
        if (await importStore.goOn(tx, decision.run, clock.now())) await work(tx, ids);
      });
      return from < all.length;
    };
    return inTurns(db, next, until);
  }
}
