import type { Database } from '../../src/db/open.ts';
import type { FaultyRelay } from '../support/smtp.ts';

/** What the database says against what the other side has. */
export async function whatBecameOfThem(db: Database, relay: FaultyRelay, recoveryNumber: number) {
  /** Recovery itself, or a later text that took its place. */
  const tellsRecovery = (mail: { report_number: number }) => mail.report_number >= recoveryNumber;
  const mails = await db.kysely
    .selectFrom('mails')
    .innerJoin('alerts', 'alerts.id', 'mails.id')
    .select([
      'mails.message_id',
      'mails.state',
      'mails.budget',
      'alerts.email_key',
      'alerts.report_number',
      'alerts.slot',
      'alerts.ended',
    ])
    .execute();
  const tickets = count((await db.kysely.selectFrom('tickets').select('budget').execute()).map((row) => row.budget));
  const known = new Map(mails.map((mail) => [mail.message_id, mail]));
  const stored = relay.stored.map(({ raw }) => {
    const id = /^Message-ID: (<[^>]+>)/im.exec(raw)?.[1] ?? '';
    const mail = known.get(id);
    if (!mail) throw new Error(`the relay has ${id}, which nobody wrote`);
    return mail;
  });
  const copies = count(stored.map((mail) => mail.budget ?? ''));
  const told = new Set(stored.filter(tellsRecovery).map((mail) => mail.email_key));
  const inDoubt = mails.filter((mail) => mail.state === 'in_doubt');
  const inSight = new Set(inDoubt.filter(tellsRecovery).map((mail) => mail.email_key));
  const everybody = [...new Set(mails.map((mail) => mail.email_key))];
  const untold = everybody.filter((address) => !told.has(address));
  const reached = new Set(stored.map((mail) => mail.email_key));
  const unreached = everybody.filter((address) => !reached.has(address));
  const doubted = new Set(inDoubt.map((mail) => mail.email_key));
  /** The first report went, or may have gone, or a later one took its place while it waited. */
  const firsts = mails.filter((mail) => mail.slot === 1 && mail.report_number === 1);
  const gone = (mail: (typeof mails)[number]) => stored.includes(mail) || mail.state === 'in_doubt';
  return {
    addresses: everybody.length,
    stored: stored.length,
    sent: mails.filter((mail) => mail.state === 'sent').length,
    repeated: stored.length - new Set(stored).size,
    mostCopiesOfOne: Math.max(0, ...count(stored.map((mail) => mail.message_id)).values()),
    firstsStored: firsts.filter((mail) => stored.includes(mail)).length,
    firstsReplaced: firsts.filter((mail) => !gone(mail) && mail.ended === 'superseded').length,
    inDoubt: inDoubt.length,
    recoveryInDoubt: untold.length,
    unfinished: mails.filter((mail) => ['queued', 'claimed', 'handing'].includes(mail.state)).length,
    sentButNotStored: mails.filter((mail) => mail.state === 'sent' && !stored.includes(mail)).length,
    firstLost: firsts.filter((mail) => !gone(mail) && mail.ended !== 'superseded').length,
    toldNothing: unreached.filter((address) => !doubted.has(address)).length,
    recoveryLost: untold.filter((address) => !inSight.has(address)).length,
    moreThanThree: [...copies.values()].filter((number) => number > 3).length,
    withoutTicket: [...copies].filter(([budget, number]) => (tickets.get(budget) ?? 0) < number).length,
  };
}

function count(names: string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

/** What holds whatever happened. */
export const NOTHING_WRONG = {
  unfinished: 0,
  sentButNotStored: 0,
  firstLost: 0,
  toldNothing: 0,
  recoveryLost: 0,
  moreThanThree: 0,
  withoutTicket: 0,
};
