import { expect } from 'vitest';
import { answerRequests, type PasswordGround } from '../../src/customers/password/request.ts';
import type { Database } from '../../src/db/open.ts';
import { ownPasswordGuard } from '../../src/lookup/own-guard.ts';
import { Situations } from '../../src/lookup/situation.ts';
import type { Shirase } from '../support/app.ts';

/** What the chore is given. */
export function passwordGround({ db, clock, ground }: Shirase): PasswordGround {
  const guard = ownPasswordGuard(new Situations(db, clock), { db, clock, warn: () => {} });
  return { ...ground, guard };
}

/** A confirmed alert address, as a courier would write to it. */
export async function confirmedAddress(db: Database, customerId: string, email: string, place = 1): Promise<void> {
  await db.kysely
    .insertInto('addresses')
    .values({
      ...{ id: `${customerId}-${place}`, customer_id: customerId, place, email, email_key: email.toLowerCase() },
      ...{ language: 'ja' as const, scope: 'mine' as const, works: 0 as const, created_at: 0, confirmed_at: 1 },
      ...{ stopped_at: null, quarantined_at: null, quarantine_reply: null },
    })
    .execute();
}

export interface Mailed {
  to: string;
  subject: string;
  text: string;
}

/** What waits in the outbox, oldest first, as its reader would read it. */
export async function outbox(db: Database): Promise<Mailed[]> {
  const rows = await db.kysely
    .selectFrom('mails')
    .innerJoin('letters', 'letters.id', 'mails.letter_id')
    .select(['mails.recipient', 'letters.subject', 'letters.text_body'])
    .orderBy('mails.created_at')
    .orderBy('mails.id')
    .execute();
  return rows.map((row) => ({ to: row.recipient, subject: row.subject, text: row.text_body }));
}

/** Asks for a new password as a stranger at his browser, lets it be answered, and reads the link in the newest mail. */
export async function resetToken(shirase: Shirase, recipient: string): Promise<string> {
  await answerRequests(passwordGround(shirase));
  const mails = (await outbox(shirase.db)).filter((mail) => mail.to === recipient);
  const token = mails
    .map((mail) => /\/my\/password\/reset\/([\w-]+)/.exec(mail.text)?.[1])
    .filter((found) => found !== undefined)
    .at(-1);
  expect(token).toBeDefined();
  return token ?? '';
}

export async function hashOf(db: Database, customerId: string): Promise<string | null> {
  const row = await db.kysely
    .selectFrom('customers')
    .select('password_hash')
    .where('id', '=', customerId)
    .executeTakeFirstOrThrow();
  return row.password_hash;
}
