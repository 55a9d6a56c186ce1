import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { systemClock } from '../../src/time.ts';
import { type Child, startChild } from '../support/child.ts';
import { engine } from '../support/database.ts';
import { order, queue, states } from '../support/mail.ts';
import { seeded } from '../support/seed.ts';
import { startFaultyRelay, startReceiver } from '../support/smtp.ts';

const MAILS = 400;
/** `npm run drill:mail` stops it two hundred times. RELIABILITY M20. */
const STOPS = Number(process.env.DRILL_STOPS ?? 2);
/** As it is installed, where it has been built: that starts sooner. */
const PROGRAM = process.env.DRILL_PROGRAM ?? 'src/main.ts';

describe.runIf(engine === 'sqlite')('asked to stop, the server ends within ten seconds', () => {
  test('M20: in the middle of a mass mailing, again and again, with nothing in doubt and nothing sent twice', {
    timeout: 60_000 + STOPS * 30_000,
  }, async () => {
    const { seed, between } = seeded();
    const receiver = await startReceiver();
    const dataDir = temporaryFolder();
    let longest = 0;
    for (let stop = 1; stop <= STOPS; stop++) {
      const { server, address, db } = await startServer(receiver.url, dataDir);
      const waiting = Object.values(await states(db)).filter((state) => state === 'queued').length;
      await queueMails(db, MAILS - waiting, `stop-${stop}`);
      await receiver.arrived(receiver.mails.length + Math.ceil(between(0, 40)));
      const late = Array.from({ length: 8 }, () =>
        fetch(`${address}/`).then(
          (answer) => answer.status,
          () => 'refused',
        ),
      );
      longest = Math.max(longest, await expectCleanEnd(server));
      // 503 is what connections that are still open get while it ends; a balancer asks the next node.
      for (const answer of await Promise.all(late)) expect([200, 503, 'refused']).toContain(answer);
      await expectNothingInDoubt(db, receiver.mails.length);
      await db.close();
    }
    const ids = receiver.mails.map(({ raw }) => /^Message-ID: (\S+)/im.exec(raw)?.[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const told = { stops: STOPS, mails: ids.length, longestStopMs: Math.round(longest) };
    console.log(`stop drill, DRILL_SEED=${seed}: ${JSON.stringify(told)}`);
  });

  test('though a client never finishes his request, and the mails still end well', { timeout: 60_000 }, async () => {
    const receiver = await startReceiver();
    const { server, address, db } = await startServer(receiver.url);
    await sendHalfAForm(address);
    await queueMails(db, MAILS);
    await receiver.arrived(20);
    await expectCleanEnd(server);
    await expectNothingInDoubt(db, receiver.mails.length);
  });

  test('though the relay never answers the last mail, which is seen to be in doubt', { timeout: 60_000 }, async () => {
    const relay = await startFaultyRelay({ dot: 'hang', storesAnyway: true });
    const { server, db } = await startServer(relay.url);
    await queueMails(db, 1);
    await expect.poll(() => relay.stored.length, { timeout: 20_000 }).toBe(1);
    await expectCleanEnd(server);
    // what a dead process was handing over is found in doubt by the next one
    expect(['handing', 'in_doubt']).toContain(Object.values(await states(db))[0]);
  });
});

function temporaryFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'shirase-stop-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** The program, on an empty folder with the example in it. */
async function startServer(
  smtpUrl: string,
  dataDir = temporaryFolder(),
): Promise<{ server: Child; address: string; db: Database }> {
  const server = startChild(PROGRAM, {
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    SMTP_URL: smtpUrl,
    MAIL_ALLOWLIST: '*',
  });
  // the log and standard output are two channels: neither line waits for the other
  await server.hears('Shirase: http');
  await server.hears('Server listening at http');
  const address = /Server listening at (http:\/\/[\d.:]+)/.exec(server.said())?.[1] ?? '';
  expect((await fetch(`${address}/`)).status).toBe(200);
  const db = openDatabase(`sqlite:${join(dataDir, 'shirase.db')}`, () => {});
  onTestFinished(() => db.close());
  return { server, address, db };
}

function queueMails(db: Database, count: number, name = 'drill'): Promise<void> {
  const now = systemClock.now();
  return queue(db, ...Array.from({ length: count }, (_, n) => order(`${name}-${n}`, { datedAt: now })));
}

/** The head of a form and the first of its hundred bytes; the server is known to have the head once it asks for the rest. */
async function sendHalfAForm(address: string): Promise<void> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const asked = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
  socket.write(
    `POST /my/sign-in HTTP/1.1\r\nHost: ${hostname}\r\nExpect: 100-continue\r\n` +
      'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n',
  );
  expect(await asked).toContain('100 Continue');
  socket.write('l');
}

/** @returns how long it took. */
async function expectCleanEnd(server: Child): Promise<number> {
  const asked = performance.now();
  server.process.kill('SIGTERM');
  const code = await server.ended;
  if (code !== 0) throw new Error(`it ended with ${code}:\n${server.said().slice(-3000)}`);
  const took = performance.now() - asked;
  expect(took).toBeLessThan(10_000);
  return took;
}

async function expectNothingInDoubt(db: Database, arrived: number): Promise<void> {
  const found = Object.values(await states(db));
  const number = (state: string) => found.filter((one) => one === state).length;
  expect(number('sent')).toBe(arrived);
  expect(number('queued')).toBe(found.length - arrived);
  expect(arrived).toBeLessThan(found.length);
}
