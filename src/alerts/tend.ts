import type { Database, Reader, Tx } from '../db/open.ts';
import { holdMails, listMails, type MailInList, releaseMails, retryMails, stopMails } from '../mail/outbox.ts';
import { type Actor, record } from '../staff/audit.ts';
import type { Clock, Instant } from '../time.ts';
import { alertStore } from './alert-store.ts';
import { tendStore } from './tend-store.ts';

/** What staff look after: what waits, is kept back, waits for another attempt, failed, or may or may not have arrived. */
export type Tended = 'waiting' | 'held' | 'deferred' | 'failed' | 'doubtful';
export type Listed = Exclude<Tended, 'waiting'>;

export interface TendedMail extends MailInList {
  slot: number;
  phase: string;
  /** Newer words have taken its place, or its reader has left: it is not sent again. */
  over: boolean;
}

const AT_ONCE = 500;

/** The mails of a notice that staff should see, a page of them. @returns `next`: behind which id the next page begins. */
export async function tendedMails(
  db: Reader,
  noticeId: string,
  which: Listed,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<{ mails: TendedMail[]; next: string | null }> {
  const alerts = await tendStore.alerts(db, noticeId, which, { after, limit: limit + 1 });
  const shown = alerts.slice(0, limit);
  const listed = new Map(
    (await listMails(db, { which, ids: shown.map(({ id }) => id), limit })).map((mail) => [mail.id, mail]),
  );
  const mails = shown.flatMap(({ id, slot, phase, ended }) => {
    const mail = listed.get(id);
    return mail ? [{ ...mail, slot, phase, over: ended !== null }] : [];
  });
  return { mails, next: alerts.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** What staff may do with mails, and with which. What may have arrived is only sent again where each is named. */
const ACTS = {
  retry: { of: ['deferred', 'failed'], act: retryMails },
  repeat: { of: ['doubtful'], act: retryMails },
  stop: { of: ['waiting', 'held'], act: stopAlerts },
  hold: { of: ['waiting'], act: holdMails },
  release: { of: ['held'], act: releaseMails },
} satisfies Record<string, { of: Tended[]; act: (tx: Tx, ids: string[], now: Instant) => Promise<string[]> }>;

export type Tending = keyof typeof ACTS;

/**
 * Does it with the mails of a notice: with those that are named, else with all that it is for. Never beyond the three: each goes
 * through the same gate as ever. @returns how many it caught.
 */
export async function tendMails(
  { db, clock }: { db: Database; clock: Clock },
  actor: Actor,
  noticeId: string,
  { tending, ids }: { tending: Tending; ids?: ReadonlySet<string> | undefined },
): Promise<number> {
  const now = clock.now();
  const { of, act } = ACTS[tending];
  let caught = 0;
  for (const which of of) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after;
      after = await db.transaction(async (tx) => {
        const some = await tendStore.alerts(tx, noticeId, which, { after: from, limit: AT_ONCE });
        const wanted = some.filter(
          ({ id, ended }) => (ids ? ids.has(id) : true) && (ended === null || tending === 'stop'),
        );
        const done =
          wanted.length === 0
            ? []
            : await act(
                tx,
                wanted.map(({ id }) => id),
                now,
              );
        if (done.length > 0) {
          caught += done.length;
          await record(tx, now, actor, `delivery:${tending}`, 'notice', noticeId, undefined, { mails: done.length });
        }
        return some.length === AT_ONCE ? some.at(-1)?.id : undefined;
      });
    }
  }
  return caught;
}

/** Whoever was never mailed has his slot again, for the next report; of what may have arrived it stays taken. */
async function stopAlerts(tx: Tx, ids: string[]): Promise<string[]> {
  const stopped = await stopMails(tx, ids);
  const doubtful = new Set(
    (await listMails(tx, { which: 'doubtful', ids: stopped, limit: AT_ONCE })).map(({ id }) => id),
  );
  await alertStore.end(
    tx,
    stopped.filter((id) => !doubtful.has(id)),
    'removed',
  );
  return stopped;
}
