import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import nodemailer from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import { expandAll } from '../src/alerts/expand.ts';
import { alertSettled, recheckAlert } from '../src/alerts/recheck.ts';
import { packageRoot } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Database, openDatabase } from '../src/db/open.ts';
import { Courier } from '../src/mail/courier/courier.ts';
import { smtpRelay } from '../src/mail/relay/smtp-relay.ts';
import { publishNotice } from '../src/notices/publish.ts';
import { systemClock } from '../src/time.ts';
import { alertGround } from '../test/support/alerts.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../test/support/notices.ts';
import { LARGE, seedAddresses } from './addresses.ts';
import { type Sink, startSink } from './sink.ts';
import { median } from './wrk.ts';

/**
 * What a mail costs, over Debian's smtp-sink: nodemailer's own pool composing each mail, the same pool given finished ones, and the courier with
 * everything that it promises (claims, re-checks, a committed ticket before each final dot, outcomes). In turns, so that what else the
 * machine does falls on all alike. `npm run bench:fan-out`; MAILS, ROUNDS, CONNECTIONS and TEST_DATABASE_URL may be set.
 */
const MAILS = Number(process.env.MAILS ?? 10_000);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** The most that MAIL_CONNECTIONS takes; nodemailer is no slower with so many. The more there are, the more pass with one commit. */
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 200);
const POSTGRES = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
/** As nodemailer has no lanes by domain, the large domains share all connections here: what is compared is the cost of a mail. */
const LANES = [{ domains: LARGE, lanes: CONNECTIONS }];
const clock = systemClock;
const folder = mkdtempSync(join(tmpdir(), 'bench-fan-out-'));

interface Run {
  perSecond: number;
  perCpuSecond: number;
}

async function timed(mails: number, work: () => Promise<unknown>): Promise<Run> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const used = process.cpuUsage(cpu);
  return {
    perSecond: (mails / (performance.now() - began)) * 1000,
    perCpuSecond: (mails / (used.user + used.system)) * 1e6,
  };
}

/** A mail as the alerts' room words it, and what nodemailer makes of it. */
async function lettersOf(db: Database) {
  const letter = await db.kysely.selectFrom('letters').selectAll().executeTakeFirstOrThrow();
  const mail = await db.kysely.selectFrom('mail_words').selectAll().executeTakeFirstOrThrow();
  const { fields, headers } = JSON.parse(mail.fields) as {
    fields: Record<string, { text: string; html: string }>;
    headers: Record<string, string>;
  };
  const fill = (text: string, kind: 'text' | 'html') =>
    text.replace(/%%([a-z]+)%%/g, (place, name: string) => fields[name]?.[kind] ?? place);
  return (n: number) => ({
    from: { name: 'OCN 障害情報', address: 'notices@status.example' },
    to: { name: '', address: `u${n}@d${n}.example` },
    envelope: { from: 'notices@status.example', to: [`u${n}@d${n}.example`] },
    subject: letter.subject,
    text: fill(letter.text_body, 'text'),
    html: fill(letter.html_body, 'html'),
    textEncoding: 'base64' as const,
    messageId: `<${n}@status.example>`,
    headers: Object.entries(headers).map(([key, value]) => ({ key, value: { prepared: true, value } })),
  });
}

async function byNodemailer(sink: Sink, mailOf: (n: number) => object): Promise<void> {
  const { hostname, port } = new URL(sink.url);
  const transport = nodemailer.createTransport({
    host: hostname,
    port: Number(port),
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: 500,
  });
  let next = 0;
  // as many at once as there are connections: all queued at once it is slower
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < MAILS) await transport.sendMail(mailOf(next++));
    }),
  );
  transport.close();
}

async function ready(url: string): Promise<Database> {
  // as a server opens it
  const db = openDatabase(url, () => {}, { thread: process.env.WITHOUT_THREAD === undefined });
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  await seedAddresses(db, MAILS);
  await publishNotice(noticeGround(db, clock), publisher, faultInput());
  await expandAll(alertGround(db, clock));
  return db;
}

function courierOn(db: Database, sink: Sink, name: string, ended: (mails: number) => void): Courier {
  const alerts = alertGround(db, clock);
  const settled = alertSettled(alerts);
  return new Courier({
    ...{
      db,
      clock,
      relay: smtpRelay(sink.url),
      recheck: recheckAlert(alerts),
      settled: async (tx, endings) => {
        await settled(tx, endings);
        ended(endings.filter(({ kind }) => kind !== 'deferred').length);
      },
      owner: name,
    },
    stationery: { sender: { name: 'OCN 障害情報', address: 'notices@status.example' } },
    ...{
      ticketsPerBudget: 3,
      perSecond: 1_000_000,
      lanes: { urgent: 2, bulk: CONNECTIONS },
      laneRules: LANES,
      alone: false,
    },
    warn: (error, message) => console.error(message, error),
  });
}

async function withCouriers(url: string, number: number, sink: Sink): Promise<Run> {
  const db = await ready(url);
  const before = sink.count();
  let left = MAILS;
  let over = () => {};
  const all = new Promise<void>((resolve) => {
    over = resolve;
  });
  const ended = (mails: number) => {
    left -= mails;
    if (left <= 0) over();
  };
  const couriers = Array.from({ length: number }, (_, n) => courierOn(db, sink, `courier-${n}`, ended));
  const run = await timed(MAILS, async () => {
    for (const one of couriers) one.start();
    await all;
    await Promise.all(couriers.map((one) => one.stop()));
  });
  await wait(1200);
  const sent = await db.kysely
    .selectFrom('mails')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('state', '=', 'sent')
    .executeTakeFirstOrThrow();
  const arrived = sink.count() - before;
  if (Number(sent.n) !== MAILS || arrived !== MAILS)
    throw new Error(`${sent.n} sent and ${arrived} arrived of ${MAILS}`);
  await db.close();
  return run;
}

async function onPostgres(number: number, sink: Sink): Promise<Run> {
  const schema = `bench_${process.pid}_${number}`;
  const admin = openDatabase(POSTGRES, () => {});
  await admin.exec(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
  const run = await withCouriers(`${POSTGRES}?options=${encodeURIComponent(`-c search_path=${schema}`)}`, number, sink);
  await admin.exec(`DROP SCHEMA ${schema} CASCADE`);
  await admin.close();
  return run;
}

const sink = await startSink();
const sample = await ready(`sqlite:${join(folder, 'sample.db')}`);
const mailOf = await lettersOf(sample);
await sample.close();
const finished = await new MailComposer(mailOf(0)).compile().build();
const COMPOSING = 'nodemailer composing each';
const RAW = 'nodemailer, finished mails';
const SQLITE = 'courier on SQLite';
let files = 0;
const contenders: Record<string, () => Promise<Run>> = {
  [COMPOSING]: () => timed(MAILS, () => byNodemailer(sink, mailOf)),
  [RAW]: () => timed(MAILS, () => byNodemailer(sink, (n) => ({ envelope: mailOf(n).envelope, raw: finished }))),
  [SQLITE]: () => withCouriers(`sqlite:${join(folder, `${files++}.db`)}`, 1, sink),
  ...(process.env.WITHOUT_POSTGRES
    ? {}
    : { 'courier on PostgreSQL': () => onPostgres(1, sink), 'two couriers on PostgreSQL': () => onPostgres(2, sink) }),
};
const only = process.env.ONLY;
for (const name of Object.keys(contenders)) if (only !== undefined && !name.includes(only)) delete contenders[name];
const found = new Map<string, Run[]>(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(contenders)) found.get(name)?.push(await run());
}
const middle = (name: string, what: keyof Run) => median(found.get(name)?.map((one) => one[what]) ?? []);
console.log(
  `${cpus()[0]?.model}, Node ${process.version}; ${MAILS} mails of ${finished.length} bytes, ${CONNECTIONS} connections, median of ${ROUNDS}`,
);
console.table(
  Object.fromEntries(
    [...found.keys()].map((name) => [
      name,
      {
        'mails/s': Math.round(middle(name, 'perSecond')),
        'mails/CPU s': Math.round(middle(name, 'perCpuSecond')),
        'of composing': (middle(name, 'perSecond') / middle(COMPOSING, 'perSecond')).toFixed(2),
        'of finished': (middle(name, 'perSecond') / middle(RAW, 'perSecond')).toFixed(2),
      },
    ]),
  ),
);
sink.stop();
rmSync(folder, { recursive: true });
