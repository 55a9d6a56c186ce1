import { onTestFinished } from 'vitest';
import type { Database } from '../../src/db/open.ts';
import { Courier, type CourierOptions } from '../../src/mail/courier/courier.ts';
import {
  addLetter,
  type MailInQuestion,
  type MailOrder,
  queueMails,
  type Recheck,
  type Verdict,
} from '../../src/mail/outbox.ts';
import type { Relay } from '../../src/mail/relay/relay.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import type { Clock } from '../../src/time.ts';

/** A machine that is busy with other things must not look like a relay that is down. */
const PATIENT = { connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 30_000 };
/** For a relay that never answers: how long that takes is not what a test is about. */
export const HASTY = { connectionTimeout: 500, greetingTimeout: 500, socketTimeout: 700 };

/** A courier over a real SMTP relay. */
export function courierTo(db: Database, clock: Clock, url: string, options: Partial<CourierOptions> = {}): Courier {
  const relay: Relay = options.relay ?? smtpRelay(url, PATIENT);
  onTestFinished(() => relay.close());
  return new Courier({
    db,
    clock,
    relay,
    stationery: { sender: { name: 'OCN 障害情報', address: 'notices@status.example' } },
    recheck: saying(() => ({ go: true, reserve: 0 })),
    settled: async () => {},
    owner: 'courier-1',
    ticketsPerBudget: 3,
    perSecond: 10_000,
    lanes: { urgent: 1, bulk: 3 },
    alone: true,
    warn: () => {},
    ...options,
  });
}

/** What the owner says of each mail. */
export function saying(verdict: (mail: MailInQuestion) => Verdict): Recheck {
  return async (_tx, mails) => new Map(mails.map((mail) => [mail.id, verdict(mail)]));
}

export function order(id: string, overrides: Partial<MailOrder> = {}): MailOrder {
  return {
    id,
    class: 'bulk',
    letterId: 'letter',
    recipient: `${id}@elsewhere.example`,
    fields: {},
    headers: {},
    messageId: `<${id}@status.example>`,
    datedAt: Date.parse('2014-03-06T08:00:00+09:00'),
    budget: `root:${id}`,
    repeatable: true,
    notBefore: 0,
    notAfter: null,
    ...overrides,
  };
}

export async function queue(db: Database, ...orders: MailOrder[]): Promise<void> {
  await db.transaction(async (tx) => {
    const known = await tx.selectFrom('letters').select('id').where('id', '=', 'letter').executeTakeFirst();
    if (!known) {
      const letter = {
        id: 'letter',
        subject: '【障害発生】OCNメール',
        text: '本文\n',
        html: '<p>本文</p>',
        headers: { 'List-Id': '<notices.status.example>' },
      };
      await addLetter(tx, letter, 0);
    }
    await queueMails(tx, orders, 0);
  });
}

/** State of each mail by id. */
export async function states(db: Database): Promise<Record<string, string>> {
  const rows = await db.kysely.selectFrom('mails').select(['id', 'state']).orderBy('id').execute();
  return Object.fromEntries(rows.map((row) => [row.id, row.state]));
}

/** Tickets taken, by budget. */
export async function tickets(db: Database): Promise<Record<string, number>> {
  const rows = await db.kysely.selectFrom('tickets').select(['budget', 'number']).execute();
  const counts: Record<string, number> = {};
  for (const row of rows) counts[row.budget] = (counts[row.budget] ?? 0) + 1;
  return counts;
}
