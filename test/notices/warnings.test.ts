import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { webhookHeaders, webhookSecret } from '../../src/http/webhook-signature.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { callWarnings, warningTrouble } from '../../src/notices/warnings/call.ts';
import { warnOfLimits } from '../../src/notices/warnings/warn.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings, readSettings } from '../../src/staff/settings.ts';
import { MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { courierTo } from '../support/mail.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

/** A fault whose first report is out since 8:00; an update is due at 9:00. */
async function openFault(settings: object) {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notice = await publishNotice(noticeGround(shirase.db, shirase.clock), publisher, faultInput());
  await changeSettings(shirase.db, shirase.clock, SYSTEM, settings);
  const warn = () => warnOfLimits(shirase.ground);
  return { ...shirase, notice, warn, call: () => callWarnings(shirase.ground) };
}

/** A chat or paging service that answers as it is told. */
async function pager(...answers: number[]) {
  const calls: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      calls.push({ headers: request.headers, body });
      response.writeHead(answers[calls.length - 1] ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

describe('warnings to staff', () => {
  test('come by mail once before a limit and once when it has passed', async () => {
    const smtp = await startReceiver();
    const { db, clock, warn } = await openFault({ warnMail: ['noc@operator.example', 'chief@operator.example'] });
    const courier = courierTo(db, clock, smtp.url);
    expect(await warn()).toBe(0);
    clock.advance(50 * MINUTE);
    expect(await warn()).toBe(1);
    expect(await warn()).toBe(0);
    clock.advance(11 * MINUTE);
    expect(await warn()).toBe(1);
    expect(await warn()).toBe(0);
    await courier.drain();
    const mails = await smtp.read();
    expect(mails).toHaveLength(4);
    const [before, after] = ['まもなく期限', '期限超過'].map((word) =>
      mails.find((mail) => mail.subject?.includes(word)),
    );
    expect(before?.subject).toBe('【まもなく期限】続報 OCNメールがご利用いただけません');
    expect(before?.text).toContain('続報：あと10分（期限 2014年3月6日(木) 9:00 JST）');
    expect(before?.text).toContain('http://status.example/console/notices/20140306-1');
    expect(after?.html).toContain('続報：1分超過');
  });

  test('do not come where two nodes look at once, where nobody is named, or of what is long past', async () => {
    const { db, clock, warn } = await openFault({ warnMail: ['noc@operator.example'] });
    clock.advance(55 * MINUTE);
    expect((await Promise.all([warn(), warn(), warn()])).sort()).toEqual([0, 0, 1]);
    await changeSettings(db, clock, SYSTEM, { warnMail: [] });
    clock.advance(10 * MINUTE);
    expect(await warn()).toBe(0);
    clock.advance(26 * 60 * MINUTE);
    await changeSettings(db, clock, SYSTEM, { warnMail: ['noc@operator.example'] });
    expect(await warn()).toBe(0);
  });

  test('come as a signed call, tried again until it arrives', async () => {
    const { calls, url } = await pager(500, 204);
    const { clock, warn, call, ground } = await openFault({ warnWebhook: url, outboundAllow: ['127.0.0.1'] });
    clock.advance(55 * MINUTE);
    await warn();
    await call();
    await call();
    expect(calls).toHaveLength(1);
    clock.advance(MINUTE);
    await Promise.all([call(), call()]);
    await call();
    expect(calls).toHaveLength(2);
    const [first, second] = calls;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const secret = webhookSecret(ground.secret, 'warnings');
    const expected = webhookHeaders(secret, String(second?.headers['webhook-id']), second?.body ?? '', clock.now());
    expect(second?.headers).toMatchObject(expected);
    expect(JSON.parse(second?.body ?? '')).toMatchObject({
      type: 'limits.warning',
      data: {
        warnings: [{ notice: '20140306-1', limit: 'update', stage: 'soon', dueAt: '2014-03-06T09:00:00+09:00' }],
      },
    });
  });

  test('never reach inside the network unasked, and the board says that they do not arrive', async () => {
    const { calls, url } = await pager();
    const place = await openFault({ warnWebhook: url });
    place.clock.advance(55 * MINUTE);
    await place.warn();
    await place.call();
    expect(calls).toEqual([]);
    expect(await warningTrouble(place.ground, await readSettings(place.db.kysely))).toMatchObject({ kind: 'call' });
    const staff = await staffAt(place, 'publisher');
    expect(textOf(await staff.get('/console'))).toContain('警告のWebhookが届いていません。');
  });

  test('are missed where nobody is named: the board says so', async () => {
    const place = await openFault({});
    const admin = await staffAt(place, 'admin');
    expect(textOf(await admin.get('/en/console'))).toContain('Nobody is warned of limits by mail or call.');
  });
});
