import { describe, expect, test } from 'vitest';
import { webhookHeaders } from '../../src/http/webhook-signature.ts';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { findChannel, listChannels, rotateKey } from '../../src/site/channels/channels.ts';
import { partnersSettled, recheckPartners } from '../../src/site/channels/partner-mail.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { startTeller } from '../support/channels.ts';
import { textOf } from '../support/console.ts';
import { type HookCall, startHookServer } from '../support/hook-server.ts';
import { expectValidHtml } from '../support/html.ts';
import { courierTo, saying } from '../support/mail.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { keyFor, staffAt } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

function isSignedBy(key: string, { headers, body }: HookCall): boolean {
  const at = Number(headers['webhook-timestamp']) * SECOND;
  const expected = webhookHeaders(key, String(headers['webhook-id']), body, at)['webhook-signature'] ?? '';
  return String(headers['webhook-signature']).split(' ').includes(expected);
}

const parsed = (call: HookCall | undefined) => JSON.parse(call?.body ?? '{}') as Record<string, never>;
const idOf = (call: HookCall | undefined) => call?.headers['webhook-id'];

describe('a webhook', () => {
  test('gets each publication signed, in the shape of Statuspage’s, and each correction', async () => {
    const hooks = await startHookServer();
    const { add, notices, tell, failures } = await startTeller();
    const { key } = await add({ kind: 'webhook', target: hooks.url, language: 'en' });
    const { id } = await publishNotice(notices, publisher, faultInput());
    await tell();
    await tell();
    expect(hooks.calls).toHaveLength(1);
    expect(isSignedBy(key ?? '', hooks.calls[0] as HookCall)).toBe(true);
    expect(parsed(hooks.calls[0])).toMatchObject({
      page: { name: 'OCN', status_indicator: expect.stringMatching(/minor|major|critical/) as string },
      incident: {
        status: 'investigating',
        shortlink: `http://status.example/en/notices/${id}`,
        incident_updates: [{ status: 'investigating' }],
      },
      shirase: { notice: id, report: 1, revision: 0 },
    });
    await correctReport(notices, publisher, id, 1, { reason: { ja: '誤り' }, body: { ja: '訂正です。' } });
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: false }));
    await tell();
    expect(hooks.calls.map(parsed)).toMatchObject([
      {},
      { shirase: { report: 1, revision: 1 } },
      { shirase: { report: 2, revision: 0 } },
    ]);
    expect(new Set(hooks.calls.map(idOf)).size).toBe(3);
    expect(failures).toEqual([]);
  });

  test('is tried again under the same id, more and more seldom, and as late as it asks', async () => {
    const hooks = await startHookServer(() => ({ status: 503, headers: { 'retry-after': '60' }, text: 'busy' }));
    const { add, notices, tell, clock, caller, db } = await startTeller();
    const { channel } = await add({ kind: 'webhook', target: hooks.url });
    await publishNotice(notices, publisher, faultInput());
    await tell();
    clock.advance(59 * SECOND);
    await caller.drain();
    expect(hooks.calls).toHaveLength(1);
    hooks.answer = () => ({ status: 302, headers: { location: 'http://127.0.0.1/inside' } });
    clock.advance(SECOND);
    await caller.drain();
    hooks.answer = () => ({ status: 200, text: 'ok' });
    clock.advance(10 * MINUTE);
    await Promise.all([caller.drain(), caller.drain()]);
    expect(hooks.calls).toHaveLength(3);
    expect(new Set(hooks.calls.map(idOf)).size).toBe(1);
    const { posts } = await findChannel(db.kysely, channel.id);
    expect(posts).toMatchObject([{ state: 'arrived', attempts: 3, status: 200, answer: 'ok', nextAttemptAt: null }]);
  });

  test('that fails for more than an hour is paused, staff are warned, and nothing is lost by it', async () => {
    const hooks = await startHookServer(() => ({ status: 500 }));
    const { add, notices, tell, clock, db, ground, app } = await startTeller();
    const { channel } = await add({ kind: 'webhook', target: hooks.url, name: '監視A' });
    const { id } = await publishNotice(notices, publisher, faultInput());
    await tell();
    for (let passed = 0; passed < 3 * HOUR; passed += 10 * MINUTE) {
      clock.advance(10 * MINUTE);
      await tell();
    }
    expect(hooks.calls).toHaveLength(8);
    expect(await listChannels(db.kysely)).toMatchObject([{ state: 'quarantined' }]);
    const warned = await db.kysely
      .selectFrom('letters')
      .select(['subject', 'text_body'])
      .where('id', 'like', 'channel-stopped.%')
      .execute();
    expect(warned).toMatchObject([{ subject: '【要確認】配信先「監視A」への送信を止めました' }]);
    expect(warned[0]?.text_body).toContain(`/console/channels/${channel.id}`);
    await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
    await tell();
    expect(hooks.calls).toHaveLength(8);
    hooks.answer = () => ({ status: 204 });
    const admin = await staffAt({ app, db, clock, ground }, 'admin');
    const page = `/console/channels/${channel.id}`;
    await admin.submit(page, `${page}/enable`, {});
    await tell();
    expect(hooks.calls.slice(8).map(parsed)).toMatchObject([{ shirase: { report: 1 } }, { shirase: { report: 2 } }]);
  });

  test('that hangs holds up no other, and one that is gone is not called again', async () => {
    const slow = await startHookServer(() => 'hang');
    const gone = await startHookServer(() => ({ status: 410 }));
    const fine = await startHookServer();
    const { add, notices, spread, caller, clock, db } = await startTeller();
    for (const { url } of [slow, gone, fine]) await add({ kind: 'webhook', target: url });
    await publishNotice(notices, publisher, faultInput());
    await spread();
    await caller.round();
    expect([slow, gone, fine].map(({ calls }) => calls.length)).toEqual([1, 1, 1]);
    expect((await listChannels(db.kysely)).map(({ state }) => state).toSorted()).toEqual([
      'active',
      'active',
      'quarantined',
    ]);
    clock.advance(10 * MINUTE);
    await caller.round();
    expect(gone.calls).toHaveLength(1);
  });

  test('has its key changed without a gap: for a day both sign', async () => {
    const hooks = await startHookServer();
    const { add, channels, notices, tell, clock, db } = await startTeller();
    const { channel, key } = await add({ kind: 'webhook', target: hooks.url });
    const fresh = await rotateKey(channels, SYSTEM, channel.id);
    const { id } = await publishNotice(notices, publisher, faultInput());
    await tell();
    expect([key, fresh].map((one) => isSignedBy(one ?? '', hooks.calls[0] as HookCall))).toEqual([true, true]);
    clock.advance(DAY);
    await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
    await tell();
    expect([key, fresh].map((one) => isSignedBy(one ?? '', hooks.calls[1] as HookCall))).toEqual([false, true]);
    const dump = JSON.stringify(await db.kysely.selectFrom('channels').selectAll().execute());
    expect(dump).not.toContain(fresh.slice(6));
  });
});

describe('a chat', () => {
  test('gets title, text and link in the form of Slack’s; what is only for prominent notices stays quiet otherwise', async () => {
    const hooks = await startHookServer();
    const quiet = await startHookServer();
    const { add, notices, tell } = await startTeller();
    await add({ kind: 'slack', target: hooks.url });
    await add({ kind: 'slack', target: quiet.url, about: 'prominent' });
    const body = { ja: '<!channel> A & B に影響があります。' };
    const { id } = await publishNotice(notices, publisher, faultInput({ report: { ...faultInput().report, body } }));
    await tell();
    const text = String(parsed(hooks.calls[0]).text);
    expect(text).toContain('*【初報・第1報】OCNメールがご利用いただけません*');
    expect(text).toMatch(/&lt;.?!channel&gt; A &amp; B に影響があります。/);
    expect(text).toContain(`<http://status.example/notices/${id}>`);
    expect(hooks.calls[0]?.headers['webhook-signature']).toBeUndefined();
    expect(quiet.calls).toEqual([]);
  });
});

describe('a partner', () => {
  test('has every report by mail, also those that no customer is mailed, until it is turned off', async () => {
    const smtp = await startReceiver();
    const { add, notices, tell, db, clock, app, ground } = await startTeller();
    const { channel } = await add({ kind: 'mail', target: 'noc@partner.example', name: '販売店' });
    const courier = courierTo(db, clock, smtp.url, {
      recheck: recheckPartners(saying(() => ({ go: true, reserve: 0 }))),
      settled: partnersSettled(
        async () => {},
        () => clock.now(),
      ),
    });
    const { id } = await publishNotice(notices, publisher, faultInput());
    for (let n = 0; n < 4; n++)
      await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: false }));
    await tell();
    await courier.drain();
    const mails = await smtp.read('noc@partner.example');
    expect(mails).toHaveLength(5);
    expect(mails[0]?.subject).toContain('OCNメールがご利用いただけません');
    expect(mails[0]?.text).toContain('すべての報を公開のたびにお送りしています');
    expect(mails[0]?.text).not.toMatch(/%%|配信を停止/);
    const { posts } = await findChannel(db.kysely, channel.id);
    expect(posts.map(({ state }) => state)).toEqual(Array(5).fill('arrived'));
    const admin = await staffAt({ app, db, clock, ground }, 'admin');
    const page = `/console/channels/${channel.id}`;
    await admin.submit(page, `${page}/test`, {});
    await courier.drain();
    expect((await smtp.read('noc@partner.example')).at(-1)?.subject).toBe('【試験】お知らせの配信先の確認');
    await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
    await tell();
    await admin.submit(page, `${page}/disable`, {});
    await courier.drain();
    expect(smtp.mails).toHaveLength(6);
  });
});

describe('the console’s pages of channels', () => {
  test('add one, show its key once, send a test, log the answer, send again, and delete', async () => {
    const hooks = await startHookServer(() => ({ status: 400, text: 'no <b>such</b> hook' }));
    const teller = await startTeller();
    const admin = await staffAt(teller, 'admin');
    const list = '/console/channels';
    const fields = { kind: 'webhook', name: '監視 <A>', target: hooks.url, about: 'all', language: 'ja' };
    const wrong = await admin.submit(list, list, { ...fields, target: 'https://127.0.0.2/x', name: '' });
    expect(wrong.statusCode).toBe(422);
    expect(wrong.body).toContain('value="https://127.0.0.2/x"');
    await expectValidHtml(wrong.body);
    const added = await admin.submit(list, list, fields);
    const key = /whsec_[A-Za-z0-9+/=]+/.exec(textOf(added))?.[0] ?? '';
    await expectValidHtml(added.body);
    const [channel] = await listChannels(teller.db.kysely);
    const page = `${list}/${channel?.id}`;
    expect((await admin.get(page)).body).not.toContain('whsec_');
    await admin.submit(page, `${page}/test`, {});
    await teller.tell();
    expect(isSignedBy(key, hooks.calls[0] as HookCall)).toBe(true);
    expect(parsed(hooks.calls[0])).toMatchObject({ shirase: { test: true } });
    const logged = await admin.get(page);
    expect(textOf(logged)).toContain('HTTP 400 no <b>such</b> hook');
    await expectValidHtml(logged.body);
    await expectValidHtml((await admin.get(`/en${list}`)).body);
    const [post] = (await findChannel(teller.db.kysely, channel?.id ?? '')).posts;
    hooks.answer = () => ({ status: 200 });
    await admin.submit(page, `${page}/posts/${post?.id}/retry`, {});
    await teller.tell();
    expect(hooks.calls.map(idOf)).toEqual([post?.id, post?.id]);
    expect((await admin.submit(page, page, { ...fields, name: 'B' })).statusCode).toBe(303);
    await admin.submit(page, `${page}/remove`, {});
    expect(await listChannels(teller.db.kysely)).toEqual([]);
    const trail = await teller.db.kysely
      .selectFrom('audit_entries')
      .select(['act', 'after_json'])
      .where('act', 'like', 'channel:%')
      .execute();
    expect(trail.map(({ act }) => act).toSorted()).toEqual(
      ['add', 'change', 'remove', 'retry', 'test'].map((act) => `channel:${act}`),
    );
    expect(JSON.stringify(trail)).not.toContain('/hook');
  });

  test('have their like in the API', async () => {
    const hooks = await startHookServer();
    const teller = await startTeller();
    const headers = await keyFor(teller.db, teller.clock, 'channels:manage');
    const call = async (method: 'GET' | 'POST' | 'DELETE', path = '', payload?: object) => {
      const answer = await teller.app.inject({
        method,
        url: `/api/v1/channels${path}`,
        headers,
        ...(payload ? { payload } : {}),
      });
      return { status: answer.statusCode, json: answer.body === '' ? null : answer.json<Record<string, string>>() };
    };
    expect(await call('POST', '', { kind: 'webhook', name: 'A', target: 'ftp://x' })).toMatchObject({ status: 422 });
    const { json } = await call('POST', '', { kind: 'webhook', name: 'A', target: hooks.url });
    const id = json?.id ?? '';
    await call('POST', `/${id}/test`);
    await teller.tell();
    expect(isSignedBy(json?.key ?? '', hooks.calls[0] as HookCall)).toBe(true);
    expect(await call('GET', `/${id}/posts`)).toMatchObject({ json: { posts: [{ state: 'arrived', status: 204 }] } });
    expect((await call('POST', `/${id}/rotate`)).json?.key).toMatch(/^whsec_/);
    expect(await call('POST', `/${id}/disable`)).toMatchObject({ json: { state: 'disabled' } });
    expect((await call('POST', `/${id}/test`)).status).toBe(409);
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    expect((await call('GET', `/${id}`)).status).toBe(404);
  });
});
