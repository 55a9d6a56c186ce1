import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { openMetrics } from '../../src/start.ts';
import { HOUR, isoTime } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { courierTo, order, queue } from '../support/mail.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

async function house() {
  const metrics = new Metrics('1.2.3');
  const shirase = await startApp({ metrics });
  const { app, ground } = shirase;
  const listener = await openMetrics(readConfig({ PORT: '0' }), metrics, app, ground);
  if (!listener) throw new Error('no metrics');
  onTestFinished(() => listener.close());
  const read = async () => (await fetch(listener.url)).text();
  return { ...shirase, listener, read };
}

test('requests, edition, outbox, sessions and overdue clocks are counted on a listener of their own', async () => {
  const { app, db, clock, ground, listener, read, ...rest } = await house();
  await smallCatalogue(db);
  const promised = isoTime(clock.now() + HOUR, 'Asia/Tokyo');
  const notices = noticeGround(db, clock);
  await publishNotice(notices, publisher, faultInput({}, { nextUpdateAt: promised }));
  await app.edition.refresh();
  await customerAt({ app, db, clock, ground, ...rest }, 'taro', ['121']);
  await new Browser(app).submit('/my/sign-in', '/my/sign-in', { login: 'taro', password: 'wrong' });
  for (let n = 0; n < 3; n++) await app.inject({ url: '/' });
  await app.inject({ url: '/nowhere' });
  await queue(db, order('one', { notBefore: clock.now() - HOUR }), order('two', { notBefore: clock.now() + HOUR }));
  clock.advance(2 * HOUR);
  await app.edition.refresh();

  const text = await read();
  expect(new URL(listener.url).hostname).toBe('127.0.0.1');
  for (const line of [
    'shirase_info{version="1.2.3"} 1',
    'shirase_requests_total{class="page",status="200"} 3',
    'shirase_requests_total{class="sign-in",status="303"} 1',
    'shirase_requests_total{class="sign-in",status="422"} 1',
    'shirase_requests_total{class="open",status="404"} 1',
    'shirase_request_seconds_count{class="sign-in"} 2',
    'shirase_edition_number 1',
    'shirase_edition_age_seconds 0',
    'shirase_edition_trouble 0',
    'shirase_gate_waiting{class="hashing"} 0',
    'shirase_database_up 1',
    'shirase_outbox_mails{class="bulk",state="queued"} 2',
    'shirase_outbox_oldest_due_seconds{class="bulk"} 10800',
    'shirase_courier_frozen 0',
    'shirase_sessions{audience="customer"} 1',
    'shirase_clocks_overdue 1',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds [\d.e-]+/);
  expect(text).toMatch(/process_open_fds \d+/);
  expect((await app.inject({ url: '/metrics' })).statusCode).toBe(404);
  expect((await fetch(new URL('/', listener.url))).status).toBe(404);
});

test('a database that does not answer is a number, too, and what only it knows is left out', async () => {
  const { db, read } = await house();
  await db.close();
  const text = await read();
  expect(text).toContain('shirase_database_up 0\n');
  expect(text).not.toContain('shirase_outbox_mails{');
});

test('a relay’s answers are counted by their class', async () => {
  const { relayOf } = await import('../../src/start.ts');
  const receiver = await startReceiver();
  const metrics = new Metrics('1');
  const { db, clock } = await startApp();
  const config = readConfig({ SMTP_URL: receiver.url, MAIL_ALLOWLIST: '*' });
  await queue(db, order('one'), order('two'));
  await courierTo(db, clock, receiver.url, { relay: relayOf(config, metrics) }).drain();
  const edition = { number: 1, ageSeconds: 0, trouble: false };
  const text = await metrics.text({ edition, gates: {}, databaseErrors: 0, stored: undefined });
  expect(text).toContain('shirase_smtp_replies_total{reply="2xx"} 2\n');
});

test('a port in use is told and passed over, and refused where it was asked for by name', async () => {
  const { app, ground, listener } = await house();
  const { port } = new URL(listener.url);
  const taken = { ...readConfig({ PORT: '0' }), metrics: { host: '127.0.0.1', port: Number(port), insisted: false } };
  expect(await openMetrics(taken, new Metrics('1'), app, ground)).toBeUndefined();
  const asked = readConfig({ METRICS_PORT: port });
  await expect(openMetrics(asked, new Metrics('1'), app, ground)).rejects.toThrow(`METRICS_PORT: ${port}`);
});
