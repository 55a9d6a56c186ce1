import { expect, test } from 'vitest';
import { forgetCustomers } from '../../src/alerts/addresses/forget-customers.ts';
import { addressesHeld } from '../../src/alerts/addresses/held.ts';
import { budgetOf } from '../../src/alerts/alert-mail.ts';
import { customerHeld, removeCustomer } from '../../src/customers/personal-data.ts';
import { NotFound } from '../../src/errors.ts';
import { forgetOldRecipients } from '../../src/mail/erase.ts';
import { addLetter, queueMails } from '../../src/mail/outbox.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { DAY } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { smallCatalogue } from '../support/notices.ts';
import { customerAt } from '../support/people.ts';
import { tableNames } from '../support/schema.ts';
import { confirmedAddress } from './world.ts';

const EMAIL = 'taro.private@elsewhere.example';

/** Taro with an address to which one alert went. */
async function world() {
  const shirase = await startApp();
  const { db, clock } = shirase;
  await smallCatalogue(db);
  const taro = await customerAt(shirase, 'taro', ['121']);
  await confirmedAddress(db, taro.id, EMAIL);
  const now = clock.now();
  await db.transaction(async (tx) => {
    await addLetter(tx, { id: 'letter', subject: 's', text: 't', html: '<p>t</p>', headers: {} }, now);
    const plain = {
      class: 'bulk' as const,
      letterId: 'letter',
      headers: {},
      datedAt: now,
      repeatable: false,
      notBefore: now,
      notAfter: null,
    };
    const fields = { who: { text: EMAIL, html: EMAIL } };
    await queueMails(
      tx,
      [{ ...plain, id: 'alert', recipient: EMAIL, fields, messageId: '<1@x>', budget: budgetOf('r', EMAIL) }],
      now,
    );
    await tx
      .insertInto('alerts')
      .values({
        id: 'alert',
        root_id: 'r',
        notice_id: '20140306-1',
        report_number: 1,
        revision: 0,
        slot: 1,
        phase: 'first',
        address_id: `${taro.id}-1`,
        email_key: EMAIL,
        created_at: now,
        ended: null,
      })
      .execute();
    await tx
      .updateTable('mails')
      .set({ state: 'sent', ended_at: now, reply: `250 ok for ${EMAIL}` })
      .execute();
  });
  /** Every row of every table, as somebody with a copy of the database would search it. */
  const everything = async () => {
    const rows = await Promise.all(
      (await tableNames(db)).map((name) =>
        db.kysely
          .selectFrom(name as 'mails')
          .selectAll()
          .execute(),
      ),
    );
    return JSON.stringify(rows);
  };
  return { ...shirase, taro, everything };
}

test('a customer is shown all that is kept of him, and no hash or token', async () => {
  const { db, clock, taro } = await world();
  const held = await customerHeld(db, 'Taro', clock.now());
  const addresses = await addressesHeld(db.kysely, taro.id);
  expect(held).toMatchObject({
    account: { login: 'taro', password: 'kept as a hash' },
    mailboxes: [{ address: 'taro@m121.example', facility: '121' }],
  });
  expect(held.sessions).toHaveLength(1);
  expect(addresses).toMatchObject([
    { address: { email: EMAIL }, alerts: [{ notice: '20140306-1', report: 1, state: 'sent' }] },
  ]);
  expect(JSON.stringify([held, addresses])).not.toMatch(/\$argon2/);
  await expect(customerHeld(db, 'nobody', clock.now())).rejects.toBeInstanceOf(NotFound);
});

test('a customer who is removed is named nowhere any more, while what was sent stays counted', async () => {
  const { db, clock, taro, everything } = await world();
  expect(await everything()).toContain(EMAIL);
  await removeCustomer({ db, clock, forget: forgetCustomers }, SYSTEM, 'taro');
  const left = await everything();
  expect(left).not.toContain(EMAIL);
  expect(left).not.toContain('taro@m121.example');
  expect(left).not.toContain('"taro"');
  expect((await db.kysely.selectFrom('alerts').selectAll().execute()).length).toBe(1);
  expect((await taro.get('/my')).statusCode).toBe(303);
});

test('a mail that is over names its reader for ninety days', async () => {
  const { db, clock, everything } = await world();
  clock.advance(90 * DAY);
  expect(await forgetOldRecipients(db, clock)).toBe(0);
  clock.advance(1);
  expect(await forgetOldRecipients(db, clock)).toBe(1);
  const mails = JSON.stringify(await db.kysely.selectFrom('mails').selectAll().execute());
  expect(mails).not.toContain('taro');
  expect(await everything()).toContain('"sent"');
});
