import { expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { findChannel } from '../../src/site/channels/channels.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { startTeller } from '../support/channels.ts';
import { startHookServer } from '../support/hook-server.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';

/** How an address inside may be written. */
const INSIDE = [
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://localhost/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::]/',
  'https://[::127.0.0.1]/',
  'https://[fe80::1]/',
  'https://[fec0::1]/',
  'https://[64:ff9b:1::a00:1]/',
  'https://[fd00::1]/',
  'https://[64:ff9b::10.0.0.1]/',
  'https://[2002:a00:1::]/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://１２７.０.０.１/',
  'https://localhost./',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.64.0.1/',
  'https://user:password@example.com/',
  'http://93.184.216.34/',
  'file:///etc/passwd',
  'https://',
];

test('a channel leads nowhere inside: not when it is added, nor, where what was allowed is no more, when it is called', async () => {
  const hooks = await startHookServer(() => ({ status: 307, headers: { location: 'http://127.0.0.1:1/' } }));
  const { add, app, notices, tell, db, clock } = await startTeller();
  const headers = await keyFor(db, clock, 'channels:manage');
  const { channel } = await add({ kind: 'webhook', target: hooks.url });
  await changeSettings(db, clock, SYSTEM, { outboundAllow: [] });
  for (const target of [hooks.url, ...INSIDE]) {
    const payload = { kind: 'slack', name: 'A', target };
    const answer = await app.inject({ method: 'POST', url: '/api/v1/channels', headers, payload });
    expect([target, answer.statusCode]).toEqual([target, 422]);
    expect(answer.json()).toMatchObject({ errors: [{ field: 'target' }] });
  }
  await publishNotice(notices, publisher, faultInput());
  await tell();
  expect(hooks.calls).toEqual([]);
  expect(await findChannel(db.kysely, channel.id)).toMatchObject({
    channel: { state: 'quarantined' },
    posts: [{ state: 'waiting', status: null }],
  });
});
