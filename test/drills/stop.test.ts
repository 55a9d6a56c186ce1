import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { systemClock } from '../../src/time.ts';
import { startChild } from '../support/child.ts';
import { engine } from '../support/database.ts';
import { order, queue, states } from '../support/mail.ts';
import { startReceiver } from '../support/smtp.ts';

const MAILS = 400;

test.runIf(engine === 'sqlite')(
  'asked to stop in the middle of a mass mailing, the server ends within ten seconds and leaves nothing in doubt',
  async () => {
    const receiver = await startReceiver();
    const dataDir = mkdtempSync(join(tmpdir(), 'shirase-stop-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const server = startChild('src/main.ts', {
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      PORT: '0',
      SMTP_URL: receiver.url,
      MAIL_ALLOWLIST: '*',
    });
    await server.hears('Shirase: http');
    const address = /Server listening at (http:\/\/[\d.:]+)/.exec(server.said())?.[1] ?? '';
    expect(address).not.toBe('');
    expect((await fetch(`${address}/`)).status).toBe(200);

    const db = openDatabase(`sqlite:${join(dataDir, 'shirase.db')}`, () => {});
    onTestFinished(() => db.close());
    const now = systemClock.now();
    const orders = Array.from({ length: MAILS }, (_, n) => order(`drill-${n}`, { datedAt: now }));
    await queue(db, ...orders);
    await receiver.arrived(20);
    const asked = performance.now();
    const late = Array.from({ length: 8 }, () =>
      fetch(`${address}/`).then(
        (answer) => answer.status,
        () => 'refused',
      ),
    );
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);

    // 503 is what connections that are still open get while it ends; a balancer asks the next node.
    for (const answer of await Promise.all(late)) expect([200, 503, 'refused']).toContain(answer);
    await expectNothingInDoubt(db, receiver.mails.length);
  },
  60_000,
);

async function expectNothingInDoubt(db: Database, arrived: number): Promise<void> {
  const found = Object.values(await states(db));
  const number = (state: string) => found.filter((one) => one === state).length;
  expect(number('sent')).toBe(arrived);
  expect(number('queued')).toBe(MAILS - arrived);
  expect(arrived).toBeLessThan(MAILS);
}
