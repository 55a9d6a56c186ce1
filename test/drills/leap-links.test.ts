import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { stopToken } from '../../src/alerts/addresses/stop-link.ts';
import { expandAll } from '../../src/alerts/expand.ts';
import { applyImport, stageImport } from '../../src/customers/import-customers.ts';
import { sendInvitations } from '../../src/customers/password/invitations.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { DAY, HOUR } from '../../src/time.ts';
import { outbox } from '../customers/world.ts';
import { subscriber } from '../support/addresses.ts';
import { alertGround } from '../support/alerts.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { Browser } from '../support/people.ts';
import { startSite } from '../support/site.ts';

test('M10: an invitation lives for seven days and a notice can be muted for ninety, wherever the clock jumps', async () => {
  const { app, db, clock, ground, notices } = await startSite();
  const rows = 'login,password_hash,display_name,mailbox,facility\na,,,a@x.example,121\n';
  await applyImport(db, clock, SYSTEM, await stageImport(db, clock, Readable.from([rows])), { invite: true });
  await sendInvitations(ground);
  const invitation = /\/my\/password\/reset\/[\w-]+/.exec((await outbox(db))[0]?.text ?? '')?.[0] ?? '';
  await subscriber(db, 'hanako', ['051']);
  // not on the server of who was invited, where no password is changed until it is repaired
  const impacts = [{ service: 'mail', facilities: ['051'], symptom: 'unavailable' }];
  const { id } = await publishNotice(notices, publisher, faultInput({ impacts }));
  await expandAll(alertGround(db, clock));
  const address = await db.kysely.selectFrom('alerts').select('address_id').executeTakeFirstOrThrow();
  const mute = `/stop/${stopToken(ground.secret, address.address_id)}/notice`;

  const start = clock.now();
  const at = async (moment: number) => {
    clock.set(new Date(moment).toISOString());
    const browser = new Browser(app);
    await browser.get(invitation);
    const invited = (await browser.get('/my/password/new')).body.includes('パスワードを設定する');
    return { invited, muted: (await browser.post(mute, { notice: id })).statusCode === 200 };
  };
  expect(await at(start + 2 * HOUR)).toEqual({ invited: true, muted: true });
  expect(await at(start - 2 * HOUR)).toEqual({ invited: true, muted: true });
  expect(await at(start + 3 * DAY)).toEqual({ invited: true, muted: true });
  expect(await at(start + 7 * DAY)).toEqual({ invited: false, muted: true });
  expect(await at(start + 90 * DAY)).toEqual({ invited: false, muted: false });
  expect(await at(Date.parse('2038-01-19T03:14:08Z'))).toEqual({ invited: false, muted: false });
});
