import { expect, test } from 'vitest';
import { becomeSoleSender } from '../../src/db/sole-sender.ts';
import { startChild } from '../support/child.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import type { Orders } from './courier-child.ts';

test.runIf(engine === 'sqlite')('on one file a second process sends nothing until the first is gone', async () => {
  const databaseUrl = await emptyDatabaseUrl();
  const orders: Orders = { databaseUrl, relayUrl: 'smtp://127.0.0.1:1', now: 0, name: 'first' };
  const first = startChild('test/drills/courier-child.ts');
  await first.hears('ready');
  first.tell(orders);
  await first.hears('sending');
  expect(becomeSoleSender(databaseUrl)).toBeNull();
  first.process.kill('SIGKILL');
  await first.ended;
  const letGo = becomeSoleSender(databaseUrl);
  expect(letGo).not.toBeNull();
  letGo?.();
});
