import { once } from 'node:events';
import { expandNext } from '../../src/alerts/expand.ts';
import { alertSettled, recheckAlert } from '../../src/alerts/recheck.ts';
import { openDatabase } from '../../src/db/open.ts';
import { becomeSoleSender } from '../../src/db/sole-sender.ts';
import { Courier } from '../../src/mail/courier/courier.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { alertGround } from '../support/alerts.ts';

/** A sender as start.ts makes it, with short waits, on a clock that begins where it is told. It runs until it is killed. */
export interface Orders {
  databaseUrl: string;
  relayUrl: string;
  now: number;
  name: string;
  /** Mails a second; the slower, the more kills a mass mailing lives through. */
  perSecond?: number;
}

process.stdout.write('ready\n');
const [line] = (await once(process.stdin, 'data')) as [Buffer];
const { databaseUrl, relayUrl, now, name, perSecond = 120 } = JSON.parse(line.toString()) as Orders;
const began = performance.now();
const clock = { now: () => now + Math.round(performance.now() - began) };
const db = openDatabase(databaseUrl, () => {}, { thread: true });
const alone = db.engine === 'sqlite';
// the kernel freed the lock of the one that was killed before
if (alone && !becomeSoleSender(databaseUrl)) throw new Error('another process sends');
const alerts = alertGround(db, clock);
const courier = new Courier({
  db,
  clock,
  relay: smtpRelay(relayUrl, { connectionTimeout: 500, greetingTimeout: 500, socketTimeout: 400 }),
  stationery: { sender: { name: 'OCN 障害情報', address: 'notices@status.example' } },
  recheck: recheckAlert(alerts),
  settled: alertSettled(alerts),
  owner: name,
  ticketsPerBudget: 3,
  perSecond,
  lanes: { urgent: 1, bulk: 5 },
  // small steps, so that a kill falls into the middle of an expansion, too
  before: () => expandNext(alerts, 40),
  alone,
  warn: (error) => process.stderr.write(`${String(error)}\n`),
});
courier.start();
process.stdout.write('sending\n');
