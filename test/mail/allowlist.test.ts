import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { relayOf } from '../../src/start.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { freshFolder } from '../support/folder.ts';
import { courierTo, order, queue, states } from '../support/mail.ts';
import { startFaultyRelay } from '../support/smtp.ts';

const READERS = ['taro@customer.example', 'test@operator.example', 'any@exercise.example', 'x@not-exercise.example'];

/** Mails to all of them by what this environment makes of the relay. @returns who got real mail, and how many files there are. */
async function sentWith(env: Record<string, string>, readers = READERS) {
  const db = await freshDatabase();
  const receiver = await startFaultyRelay();
  const dir = freshFolder();
  const relay = relayOf(readConfig({ DATA_DIR: dir, SMTP_URL: receiver.url, ...env }));
  onTestFinished(() => relay.close());
  const courier = courierTo(db, clockAt('2014-03-06T08:00:00+09:00'), receiver.url, { relay });
  await queue(db, ...readers.map((recipient, n) => order(`m${n}`, { recipient })));
  await courier.drain();
  expect(new Set(Object.values(await states(db)))).toEqual(new Set(['sent']));
  let files = 0;
  try {
    files = readdirSync(join(dir, 'outbox')).filter((name) => name.endsWith('.eml')).length;
  } catch {
    // nothing was written
  }
  return { real: receiver.stored.map((mail) => mail.to[0]).sort(), files };
}

test('outside production only listed addresses and domains get real mail; everything else becomes a file', async () => {
  expect(await sentWith({})).toEqual({ real: [], files: 4 });
  const MAIL_ALLOWLIST = 'Test@operator.example, exercise.example';
  expect(await sentWith({ MAIL_ALLOWLIST })).toEqual({
    real: ['any@exercise.example', 'test@operator.example'],
    files: 2,
  });
  expect(await sentWith({ MAIL_ALLOWLIST: '*' })).toEqual({ real: [...READERS].sort(), files: 0 });
});

test("a carrier's address with dots in a row is listed as people write it", async () => {
  const readers = ['taro..x@docomo.ne.jp', 'hanako.@ezweb.ne.jp', 'jiro..y@docomo.ne.jp'];
  const { real, files } = await sentWith({ MAIL_ALLOWLIST: 'Taro..X@docomo.ne.jp, ezweb.ne.jp' }, readers);
  expect([real.map((address) => address?.replaceAll('"', '')), files]).toEqual([
    ['hanako.@ezweb.ne.jp', 'taro..x@docomo.ne.jp'],
    1,
  ]);
  expect((await sentWith({ MAIL_ALLOWLIST: '"jiro..y"@docomo.ne.jp' }, readers)).real).toHaveLength(1);
});

test('in production all of it is real', async () => {
  const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://status.example', SHIRASE_SECRET: 'x'.repeat(40) };
  const names = { OPERATOR_NAME: '例ネット', OPERATOR_NAME_EN: 'Example Net' };
  expect(await sentWith({ ...production, ...names })).toEqual({ real: [...READERS].sort(), files: 0 });
});
