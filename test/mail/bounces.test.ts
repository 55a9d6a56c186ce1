import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { describe, expect, onTestFinished, test } from 'vitest';
import { alertBounced } from '../../src/alerts/bounces/bounced.ts';
import { expandAll } from '../../src/alerts/expand.ts';
import { type BounceGround, takeReport } from '../../src/mail/bounce/intake.ts';
import { listenForBounces } from '../../src/mail/bounce/listener.ts';
import { readMailbox } from '../../src/mail/bounce/mailbox.ts';
import { ReturnPaths } from '../../src/mail/letter/return-path.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { DAY } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { complaint, deliveryReport } from '../support/bounces.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';
import { seeded } from '../support/seed.ts';
import { startReceiver } from '../support/smtp.ts';

const DOMAIN = 'bounce.status.example';

/** One reader, and an alert that was taken for him; `from` is the return path that its receiver saw. */
async function sentOne() {
  const returnPaths = new ReturnPaths(DOMAIN, ['x'.repeat(32)]);
  const { app, db, clock } = await startApp({ returnPaths });
  await smallCatalogue(db);
  await subscriber(db, 'taro', ['121']);
  const receiver = await startReceiver();
  const alerts = alertGround(db, clock);
  const courier = alertCourier(alerts, receiver.url, {
    stationery: { sender: { name: 'OCN', address: 'notices@status.example' }, returnPaths },
  });
  const sendOne = async () => {
    await publishNotice(noticeGround(db, clock), publisher, faultInput());
    await expandAll(alerts);
    await courier.drain();
    return receiver.mails.at(-1)?.from ?? '';
  };
  const ground: BounceGround = { returnPaths, bounced: alertBounced({ db, clock }), warn: () => {} };
  const address = () =>
    db.kysely
      .selectFrom('addresses')
      .select(['quarantined_at', 'quarantine_reply', 'stopped_at'])
      .executeTakeFirstOrThrow();
  return { app, db, clock, receiver, ground, from: await sendOne(), sendOne, address };
}

const bytes = (text: string) => Buffer.from(text);

describe('a mail that came back', () => {
  test('to its own return path, because there is no such address, gives the address up', async () => {
    const { ground, from, address, receiver } = await sentOne();
    expect(from).toMatch(/^b\+[0-9a-f]{32}@bounce\.status\.example$/);
    const report = deliveryReport(from, { 'Diagnostic-Code': 'smtp; 550 5.1.1 user unknown' });
    expect(await takeReport(ground, bytes(report))).toBe('counted');
    expect(await address()).toMatchObject({ quarantine_reply: '550 5.1.1 user unknown' });
    expect(await takeReport(ground, bytes(report))).toBe('repeated');
    expect(receiver.mails).toHaveLength(1);
  });

  test('changes nothing where it is delayed, relayed, about us, an automatic answer, forged or somebody else’s', async () => {
    const { ground, from, address, db } = await sentOne();
    const forged = `b+${'0'.repeat(32)}@${DOMAIN}`;
    const cases: [string, string, string][] = [
      ['delayed', deliveryReport(from, { Action: 'delayed', Status: '4.4.1' }), 'nothing'],
      ['relayed', deliveryReport(from, { Action: 'relayed', Status: '2.1.5' }), 'nothing'],
      ['expanded', deliveryReport(from, { Action: 'expanded', Status: '2.1.5' }), 'nothing'],
      ['failed for now', deliveryReport(from, { Status: '4.7.1' }), 'nothing'],
      [
        'refuses us',
        deliveryReport(from, { Status: '5.7.1', 'Diagnostic-Code': 'smtp; 554 5.7.1 blocked' }),
        'nothing',
      ],
      [
        'an automatic answer',
        `From: taro@elsewhere.example\r\nTo: ${from}\r\nSubject: 不在です\r\n\r\n5.1.1 failed\r\n`,
        'nothing',
      ],
      ['forged', deliveryReport(forged), 'unknown'],
      ['elsewhere', deliveryReport(from.replace(DOMAIN, 'other.example')), 'unknown'],
      ['empty', '', 'nothing'],
    ];
    for (const [name, report, taken] of cases)
      expect([name, await takeReport(ground, bytes(report))]).toEqual([name, taken]);
    expect(await address()).toEqual({ quarantined_at: null, quarantine_reply: null, stopped_at: null });
    expect(await db.kysely.selectFrom('bounces').selectAll().execute()).toEqual([]);
  });

  test('refused for good gives up after the third within thirty days; a full mailbox never does', async () => {
    const { ground, from, address, clock, sendOne } = await sentOne();
    const hard = { Status: '5.0.0', 'Diagnostic-Code': 'smtp; 550 refused' };
    const paths = [from, await sendOne(), await sendOne(), await sendOne()];
    expect(await takeReport(ground, bytes(deliveryReport(paths[0] ?? '', hard)))).toBe('counted');
    clock.advance(31 * DAY);
    for (const path of paths.slice(1, 3)) await takeReport(ground, bytes(deliveryReport(path, hard)));
    for (const path of paths) await takeReport(ground, bytes(deliveryReport(path, { Status: '5.2.2' })));
    expect((await address()).quarantined_at).toBeNull();
    await takeReport(ground, bytes(deliveryReport(paths[3] ?? '', hard)));
    expect((await address()).quarantined_at).not.toBeNull();
  });

  test('is not counted against an address on a server of ours', async () => {
    const { ground, from, address, db } = await sentOne();
    await db.kysely.insertInto('facility_domains').values({ facility: '121', domain: 'elsewhere.example' }).execute();
    expect(await takeReport(ground, bytes(deliveryReport(from)))).toBe('repeated');
    expect((await address()).quarantined_at).toBeNull();
  });

  test('a complaint stops the address, and the trail says so; praise does not', async () => {
    const { ground, from, address, db } = await sentOne();
    expect(await takeReport(ground, bytes(complaint(from, 'not-spam')))).toBe('nothing');
    expect((await address()).stopped_at).toBeNull();
    expect(await takeReport(ground, bytes(complaint(from)))).toBe('counted');
    expect((await address()).stopped_at).not.toBeNull();
    const entries = await db.kysely.selectFrom('audit_entries').selectAll().where('act', '=', 'address.stop').execute();
    expect(entries.map((entry) => entry.after_json)).toEqual(['{"state":"stopped","by":"complaint"}']);
  });
});

describe('ways in', () => {
  for (const protocol of ['lmtp', 'smtp'] as const) {
    test(`by ${protocol}, for our domain and no other`, async () => {
      const { ground, from, address } = await sentOne();
      const listener = await listenForBounces(`${protocol}://127.0.0.1:0`, ground);
      onTestFinished(() => listener.close());
      const client = nodemailer.createTransport({
        host: '127.0.0.1',
        port: listener.port,
        lmtp: protocol === 'lmtp',
        ignoreTLS: true,
      } as never);
      onTestFinished(() => client.close());
      const send = (to: string) =>
        client.sendMail({ envelope: { from: '', to: [to] }, raw: deliveryReport('somebody@else.example') });
      await expect(send('b@other.example')).rejects.toThrow('rejected');
      await send(`b+${'1'.repeat(32)}@${DOMAIN}`);
      expect((await address()).quarantined_at).toBeNull();
      // whom the envelope names counts, whatever its text says
      await send(from);
      expect((await address()).quarantined_at).not.toBeNull();
    });
  }

  test('from a Maildir, each once; from an mbox, set aside first', async () => {
    const { ground, from, address, db } = await sentOne();
    const folder = mkdtempSync(join(tmpdir(), 'shirase-bounces-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'new'));
    writeFileSync(join(folder, 'new', '1.a'), deliveryReport(from, { Status: '5.2.2' }));
    expect([await readMailbox(folder, ground), await readMailbox(folder, ground)]).toEqual([1, 0]);
    expect(readdirSync(join(folder, 'cur'))).toEqual(['1.a:2,S']);
    const mbox = join(folder, 'mbox');
    const line = 'From MAILER-DAEMON Thu Mar  6 08:00:00 2014\n';
    writeFileSync(mbox, `${line}${deliveryReport(from)}\n${line}Subject: hello\n\n>From here\n`);
    expect([await readMailbox(mbox, ground), await readMailbox(mbox, ground), await readMailbox(mbox, ground)]).toEqual(
      [0, 2, 0],
    );
    expect((await address()).quarantined_at).not.toBeNull();
    expect(await db.kysely.selectFrom('bounces').select('kind').orderBy('kind').execute()).toEqual([
      { kind: 'dead' },
      { kind: 'soft' },
    ]);
  });

  test('by the API, with the scope for it', async () => {
    const { app, db, clock, from, address } = await sentOne();
    const post = async (payload: object, scope: 'bounces:write' | 'notices:read' = 'bounces:write') =>
      app.inject({ method: 'POST', url: '/api/v1/bounces', headers: await keyFor(db, clock, scope), payload });
    expect((await post({ message: 'x' }, 'notices:read')).statusCode).toBe(403);
    expect((await post({ returnPath: from, type: 'failed' })).statusCode).toBe(422);
    expect(
      (await post({ returnPath: `b+${'2'.repeat(32)}@${DOMAIN}`, type: 'failed', status: '5.1.1' })).json(),
    ).toEqual({ result: 'unknown' });
    expect((await post({ returnPath: from, type: 'failed', status: '5.2.2' })).json()).toEqual({ result: 'counted' });
    expect((await post({ message: deliveryReport(from) })).json()).toEqual({ result: 'counted' });
    expect((await address()).quarantined_at).not.toBeNull();
  });
});

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);

test('whatever is thrown at it, nothing breaks and nobody is given up without his token', {
  timeout: 60_000 + RUNS * 300,
}, async () => {
  const { seed, random, between } = seeded();
  const { ground, from, address } = await sentOne();
  const good = deliveryReport(`b+${'3'.repeat(32)}@${DOMAIN}`, { 'Diagnostic-Code': 'smtp; 550 5.1.1 user unknown' });
  for (let n = 0; n < RUNS; n++) {
    const data = Buffer.from(n % 10 === 0 ? nested(good, 30) : good, 'latin1');
    for (let flips = between(0, 40); flips > 0; flips--)
      data[Math.floor(random() * data.length)] = Math.floor(random() * 256);
    const cut = random() < 0.2 ? data.subarray(0, Math.floor(random() * data.length)) : data;
    const taken = await takeReport(ground, cut);
    expect([seed, n, taken === 'nothing' || taken === 'unknown']).toEqual([seed, n, true]);
  }
  const large = deliveryReport(from)
    .replace('Your mail', 'x'.repeat(5_000_000))
    .replaceAll(from, 'nobody@else.example');
  expect(await takeReport(ground, bytes(large))).toBe('unknown');
  expect((await address()).quarantined_at).toBeNull();
});

function nested(inner: string, depth: number): string {
  let mail = inner;
  for (let n = 0; n < depth; n++)
    mail = `From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=n${n}\r\n\r\n--n${n}\r\nContent-Type: message/rfc822\r\n\r\n${mail}\r\n--n${n}--\r\n`;
  return mail;
}
