import { scryptSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as immediately } from 'node:timers/promises';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { describe, expect, test } from 'vitest';
import { forgetCustomers } from '../../src/alerts/addresses/forget-customers.ts';
import { addCustomer } from '../../src/customers/add-customer.ts';
import {
  applyImport,
  dropImport,
  ImportUnderWay,
  importCustomers,
  resumeImport,
  resumingImports,
  stageImport,
} from '../../src/customers/import-customers.ts';
import { sendInvitations } from '../../src/customers/password/invitations.ts';
import { statusToken } from '../../src/http/status-link.ts';
import { addLetter, queueMails } from '../../src/mail/outbox.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { HOUR, SECOND } from '../../src/time.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { order } from '../support/mail.ts';
import { smallCatalogue } from '../support/notices.ts';
import { Browser, PASSWORD } from '../support/people.ts';
import { confirmedAddress, outbox } from './world.ts';

const HEAD = 'login,password_hash,display_name,mailbox,facility\n';

async function house() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const { db, clock } = shirase;
  const stage = (rows: string) => stageImport(db, clock, Readable.from([HEAD + rows]));
  const take = (rows: string) => importCustomers(db, clock, SYSTEM, Readable.from([HEAD + rows]));
  return { shirase, stage, take };
}

const signIn = async ({ app }: Shirase, login: string, password = PASSWORD) => {
  const browser = new Browser(app);
  const answer = await browser.submit('/my/sign-in', '/my/sign-in', { login, password });
  return { browser, came: answer.statusCode === 303 };
};
const hashOf = async ({ db }: Shirase, login: string) =>
  (await db.kysely.selectFrom('customers').select('password_hash').where('login', '=', login).executeTakeFirst())
    ?.password_hash ?? null;
const idOf = async ({ db }: Shirase, login: string) =>
  (await db.kysely.selectFrom('customers').select('id').where('login', '=', login).executeTakeFirstOrThrow()).id;
const mailboxes = ({ db }: Shirase) =>
  db.kysely.selectFrom('mailboxes').select(['address', 'facility', 'moved_from']).orderBy('address').execute();

describe('passwords of the older system', () => {
  test('are slow for whoever tries them, and a login that nobody has is as slow', async () => {
    const { shirase, take } = await house();
    const slow = await bcrypt(PASSWORD, 11);
    const names = Array.from({ length: 40 }, (_, n) => `old${n}`);
    await take(names.map((name) => `${name},${slow},,${name}@m121.example,121\n`).join(''));
    // the processor's time, of which others on this machine take nothing away: the least of three
    const least = { known: Infinity, unknown: Infinity };
    for (let n = 0; n < 3; n++) {
      for (const [kind, login] of [
        ['known', `old${n}`],
        ['unknown', `nobody${n}`],
      ] as const) {
        const before = process.cpuUsage();
        expect((await signIn(shirase, login, 'wrong')).came).toBe(false);
        least[kind] = Math.min(least[kind], process.cpuUsage(before).user);
      }
    }
    // argon2 alone would be a tenth
    expect(least.unknown / least.known).toBeGreaterThan(0.4);
    expect(least.unknown / least.known).toBeLessThan(2.5);
  });

  test('bcrypt and scrypt hashes let their owners in and are argon2id from then on', async () => {
    const { shirase, take } = await house();
    const salt = Buffer.from('sixteen bytes!!!');
    const b64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    const scrypt = `$scrypt$ln=14,r=8,p=1$${b64(salt)}$${b64(scryptSync(PASSWORD, salt, 32, { N: 16384, r: 8, p: 1 }))}`;
    const php = (await bcrypt(PASSWORD, 5)).replace(/^\$2b\$/, '$2y$');
    await take(`b,${php},,b@m121.example,121\ns,"${scrypt}",,s@m121.example,121\n`);
    for (const login of ['b', 's']) {
      const before = await hashOf(shirase, login);
      expect((await signIn(shirase, login, 'a wrong one')).came).toBe(false);
      expect(await hashOf(shirase, login)).toBe(before);
      expect((await signIn(shirase, login)).came).toBe(true);
      expect(await hashOf(shirase, login)).toMatch(/^\$argon2id\$/);
      expect((await signIn(shirase, login)).came).toBe(true);
    }
  });

  test('a hash of no known kind, or one that asks for gigabytes, refuses the file by line', async () => {
    const { stage } = await house();
    const rows = [
      'md5:abc',
      '$2b$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      '$scrypt$ln=30,r=8,p=1$YWFh$YWFhYWFhYWFhYWFhYWFhYWFh',
    ];
    const file = rows.map((hash, n) => `c${n},"${hash}",,c${n}@m121.example,121`).join('\n');
    await expect(stage(`${file}\n`)).rejects.toMatchObject({ count: 3, rows: [{ line: 2 }, { line: 3 }, { line: 4 }] });
  });

  test('a password that its owner has here is not replaced by the file’s', async () => {
    const { shirase, take } = await house();
    await take(`b,${await bcrypt(PASSWORD, 4)},,b@m121.example,121\n`);
    await signIn(shirase, 'b');
    await take(`b,${await bcrypt('the older one', 4)},New Name,b@m121.example,121\n`);
    expect((await signIn(shirase, 'b')).came).toBe(true);
    expect((await signIn(shirase, 'b', 'the older one')).came).toBe(false);
  });
});

describe('a second file', () => {
  test('is a difference that can be looked at, and nothing of it counts before it is taken', async () => {
    const { shirase, stage, take } = await house();
    await take('a,,,a@x.example,121\nb,,,b@x.example,121\nc,,,c@x.example,062\n');
    const before = await mailboxes(shirase);
    const staged = await stage('a,,,a@x.example,051\nb,,,b@x.example,121\nb,,,b2@x.example,062\nd,,,d@x.example,062\n');
    expect(staged.diff).toEqual({
      ...{ newCustomers: 1, newMailboxes: 2, movedMailboxes: 1, goneCustomers: 1, goneMailboxes: 1 },
    });
    expect(await mailboxes(shirase)).toEqual(before);
    await dropImport(shirase.db, staged);
    expect(await shirase.db.kysely.selectFrom('customer_import_rows').selectAll().execute()).toEqual([]);
  });

  test('that was read before another one was taken over is held against what is there then', async () => {
    const { shirase, stage, take } = await house();
    const { db, clock } = shirase;
    await take('a,,Hanako,a@x.example,121\nb,,,b@x.example,121\n');
    const looked = await stage('a,,Hanako,a@x.example,121\n');
    expect(looked.diff).toMatchObject({ newCustomers: 0, movedMailboxes: 0, goneCustomers: 1 });
    clock.advance(1);
    await take('a,,Taro,a@x.example,051\nc,,,c@x.example,062\n');
    await applyImport(db, clock, SYSTEM, looked, { forget: forgetCustomers });
    expect(await mailboxes(shirase)).toEqual([{ address: 'a@x.example', facility: '121', moved_from: '051' }]);
    const names = await db.kysely.selectFrom('customers').select(['login', 'display_name']).execute();
    expect(names).toEqual([{ login: 'a', display_name: 'Hanako' }]);
  });

  test('adds and moves without removing, and knows from where a mailbox was moved', async () => {
    const { shirase, take } = await house();
    await take('a,,,a@x.example,121\nc,,,c@x.example,062\n');
    await take('a,,Hanako,a@x.example,051\nd,,,d@x.example,062\n');
    expect(await mailboxes(shirase)).toEqual([
      { address: 'a@x.example', facility: '051', moved_from: '121' },
      { address: 'c@x.example', facility: '062', moved_from: null },
      { address: 'd@x.example', facility: '062', moved_from: null },
    ]);
    const named = await shirase.db.kysely
      .selectFrom('customers')
      .select('display_name')
      .where('login', '=', 'a')
      .execute();
    expect(named).toEqual([{ display_name: 'Hanako' }]);
  });

  test('who is not in it any more loses everything here: addresses, sessions, links, queued mails', async () => {
    const { shirase, stage, take } = await house();
    const { db, clock } = shirase;
    await take(`a,${await bcrypt(PASSWORD, 4)},,a@x.example,121\nb,${await bcrypt(PASSWORD, 4)},,b@x.example,121\n`);
    const gone = await signIn(shirase, 'a');
    const stays = await signIn(shirase, 'b');
    const id = await idOf(shirase, 'a');
    await confirmedAddress(db, id, 'a@phone.example');
    await gone.browser.submit('/my/services', '/my/services', { service: 'mail' });
    const link = statusToken(shirase.ground.secret, `${id}-1`, clock.now());
    expect((await shirase.app.inject(`/s/${link}`)).statusCode).toBe(200);
    await db.transaction(async (tx) => {
      await addLetter(tx, { id: 'letter', subject: 's', text: 't', html: 'h', headers: {} }, 0);
      await queueMails(tx, [order('waiting', { recipient: 'a@phone.example' })], 0);
      await tx
        .insertInto('alerts')
        .values({
          ...{ id: 'waiting', root_id: 'r', notice_id: 'n', report_number: 1, revision: 0, slot: 1, phase: 'first' },
          ...{ address_id: `${id}-1`, email_key: 'a@phone.example', created_at: 0, ended: null },
        })
        .execute();
    });
    const staged = await stage('b,,,b@x.example,121\n');
    expect(staged.diff).toMatchObject({ goneCustomers: 1, goneMailboxes: 1 });
    await applyImport(db, clock, SYSTEM, staged, { forget: forgetCustomers });
    expect((await gone.browser.get('/my')).headers.location).toContain('/my/sign-in');
    expect((await stays.browser.get('/my')).statusCode).toBe(200);
    expect((await shirase.app.inject(`/s/${link}`)).statusCode).toBe(410);
    const left = async (table: 'customers' | 'mailboxes' | 'addresses' | 'customer_services') =>
      JSON.stringify(await db.kysely.selectFrom(table).selectAll().execute());
    for (const table of ['customers', 'mailboxes', 'addresses', 'customer_services'] as const) {
      expect(await left(table)).not.toContain(id);
    }
    expect(await db.kysely.selectFrom('sessions').select('subject').where('subject', '=', id).execute()).toEqual([]);
    const mail = await db.kysely.selectFrom('mails').select('state').where('id', '=', 'waiting').executeTakeFirst();
    expect(mail?.state).toBe('cancelled');
  });

  test('a fault that was over before the move is the old server’s: told to whom it was, and to nobody else', async () => {
    const { shirase, take } = await house();
    const { db, clock } = shirase;
    const hash = await bcrypt(PASSWORD, 4);
    await take(`a,${hash},,a@x.example,121\nb,${hash},,b@x.example,051\n`);
    const { publishNotice, publishReport } = await import('../../src/notices/publish.ts');
    const { faultInput, nextReport, publisher } = await import('../support/notices.ts');
    const notices = { ...shirase.ground, announce: () => {} };
    const impacts = [
      { service: 'mail', facilities: ['121'], symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' },
    ];
    const { id } = await publishNotice(notices, publisher, faultInput({ impacts }));
    const [impact] = await db.kysely.selectFrom('impacts').select('id').execute();
    const recovered = [{ impact: impact?.id ?? '', at: new Date(clock.now()).toISOString() }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    clock.advance(HOUR);
    await take('a,,,a@x.example,051\nb,,,b@x.example,121\n');
    const [a, b] = [await signIn(shirase, 'a'), await signIn(shirase, 'b')];
    expect((await a.browser.get('/my')).body).toContain(`/notices/${id}`);
    expect((await b.browser.get('/my')).body).not.toContain(`/notices/${id}`);
  });
});

describe('a file that is being taken over', () => {
  const many = Array.from({ length: 3000 }, (_, n) => `c${n},,,c${n}@x.example,121\n`).join('');
  /** Whoever lets go of customers fails: what was decided on stays where it is. */
  const cutOff = async () => {
    const { shirase, stage, take } = await house();
    const { db, clock } = shirase;
    await take('a,,,a@x.example,121\nb,,,b@x.example,121\n');
    clock.advance(1);
    const staged = await stage('a,,,a@x.example,051\n');
    const forget = () => Promise.reject(new Error('the process has died'));
    await expect(applyImport(db, clock, SYSTEM, staged, { forget })).rejects.toThrow('died');
    return { shirase, stage };
  };

  test('lets others write in between', async () => {
    const { shirase, stage } = await house();
    const { db, clock } = shirase;
    const staged = await stage(many);
    let over = false;
    const taking = applyImport(db, clock, SYSTEM, staged).finally(() => (over = true));
    const seen: number[] = [];
    while (!over) {
      await immediately();
      await db.transaction(async (tx) => {
        await tx.updateTable('edition').set({ number: seen.length }).execute();
        const row = await tx
          .selectFrom('customers')
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirst();
        seen.push(Number(row?.n));
      });
    }
    await taking;
    expect(seen.filter((n) => n > 0 && n < 3000)).not.toEqual([]);
    expect(await mailboxes(shirase)).toHaveLength(3000);
  });

  test('and was cut off is gone on with where nobody has been at it for a minute', async () => {
    const { shirase } = await cutOff();
    const { db, clock } = shirase;
    const chore = resumingImports(shirase.ground, forgetCustomers);
    clock.advance(59 * SECOND);
    await chore();
    expect(await mailboxes(shirase)).toHaveLength(2);
    clock.advance(SECOND);
    await chore();
    expect(await mailboxes(shirase)).toEqual([{ address: 'a@x.example', facility: '051', moved_from: '121' }]);
    expect(await db.kysely.selectFrom('customer_import_rows').selectAll().execute()).toEqual([]);
    expect(await resumeImport(shirase.ground, forgetCustomers)).toBe(false);
  });

  test('lets no other file come in between, and whoever came meanwhile is not removed with those who are gone', async () => {
    const { shirase, stage } = await cutOff();
    const { db, clock } = shirase;
    await expect(stage('z,,,z@x.example,121\n')).rejects.toThrow(ImportUnderWay);
    clock.advance(1);
    const newcomer = { login: 'n', password: PASSWORD, mailboxes: [{ address: 'n@x.example', facility: '121' }] };
    await addCustomer(db, clock, newcomer);
    expect(await resumeImport(shirase.ground, forgetCustomers)).toBe(true);
    expect((await mailboxes(shirase)).map(({ address }) => address)).toEqual(['a@x.example', 'n@x.example']);
    expect((await stage('z,,,z@x.example,121\n')).diff).toMatchObject({ newCustomers: 1, goneCustomers: 2 });
  });

  test('leaves to another what he got after it was read', async () => {
    const { shirase, stage } = await house();
    const { db, clock } = shirase;
    const staged = await stage('a,,,wanted@x.example,051\na,,,a@x.example,051\n');
    const other = { login: 'b', password: PASSWORD, mailboxes: [{ address: 'wanted@x.example', facility: '121' }] };
    const { id } = await addCustomer(db, clock, other);
    await applyImport(db, clock, SYSTEM, staged);
    const kept = await db.kysely.selectFrom('mailboxes').select(['address', 'facility', 'customer_id']).execute();
    expect(kept).toContainEqual({ address: 'wanted@x.example', facility: '121', customer_id: id });
    expect(kept).toContainEqual({ address: 'a@x.example', facility: '051', customer_id: await idOf(shirase, 'a') });
  });
});

test('who came without a password is invited once, to his mailbox, and chooses one by the link', async () => {
  const { shirase, stage } = await house();
  const { db, clock } = shirase;
  const staged = await stage(`a,,,a@x.example,121\nb,${await bcrypt(PASSWORD, 4)},,b@x.example,121\n`);
  await applyImport(db, clock, SYSTEM, staged, { invite: true });
  await sendInvitations(shirase.ground);
  await sendInvitations(shirase.ground);
  const mails = await outbox(db);
  expect(mails.map((mail) => mail.to)).toEqual(['a@x.example']);
  const token = /reset\/([\w-]+)/.exec(mails[0]?.text ?? '')?.[1] ?? '';
  const browser = new Browser(shirase.app);
  await browser.get(`/my/password/reset/${token}`);
  expect((await browser.get('/my/password/new')).body).toContain('パスワードを設定する');
  await browser.submit('/my/password/new', '/my/password/new', { password: PASSWORD });
  expect((await signIn(shirase, 'a')).came).toBe(true);
});
