import { describe, expect, test } from 'vitest';
import { budgetOf } from '../../src/alerts/alert-mail.ts';
import { cancelAlertsOf } from '../../src/alerts/cancel.ts';
import { deliveriesOf } from '../../src/alerts/deliveries.ts';
import { expandAll, expandNext } from '../../src/alerts/expand.ts';
import { recheckAlert } from '../../src/alerts/recheck.ts';
import type { Database } from '../../src/db/open.ts';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertGround } from '../support/alerts.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';

async function ready() {
  const db = await freshDatabase();
  await smallCatalogue(db);
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const notices = noticeGround(db, clock);
  const alerts = alertGround(db, clock);
  return { db, clock, notices, alerts };
}

/** `taro 1 queued` for every alert that was ever made, in order. */
async function made(db: Database): Promise<string[]> {
  const rows = await db.kysely
    .selectFrom('alerts')
    .innerJoin('mails', 'mails.id', 'alerts.id')
    .select(['alerts.email_key', 'alerts.slot', 'alerts.report_number', 'alerts.ended', 'mails.state'])
    .orderBy('alerts.email_key')
    .orderBy('alerts.created_at')
    .orderBy('alerts.slot')
    .execute();
  return rows.map(
    (row) => `${row.email_key.split('@')[0]} #${row.report_number} slot ${row.slot} ${row.ended ?? row.state}`,
  );
}

/** As the courier does it after the relay took the mail. */
async function sendAll(db: Database): Promise<void> {
  await db.kysely.updateTable('mails').set({ state: 'sent' }).where('state', '=', 'queued').execute();
}

const recovered = (impact: string, time = '14:22') => ({ impact, at: `2014-03-06T${time}:00+09:00` });

describe('who is mailed on what', () => {
  test('first report and recovery go to those on the named servers, each once', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'broken', ['121']);
    await subscriber(db, 'healthy', ['062']);
    await subscriber(db, 'everything', ['062'], { scope: 'all' });
    const { id } = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    await sendAll(db);
    expect(await made(db)).toEqual(['broken #1 slot 1 sent', 'everything #1 slot 1 sent']);
    clock.set('2014-03-06T15:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered: [recovered(`${id}-1`)] }));
    await expandAll(alerts);
    await expandAll(alerts);
    expect(await made(db)).toEqual([
      'broken #1 slot 1 sent',
      'broken #2 slot 2 queued',
      'everything #1 slot 1 sent',
      'everything #2 slot 2 queued',
    ]);
  });

  test('mails made one after the other are named in that order, so that those that leave together lie together on the disk', async () => {
    const { db, notices, alerts } = await ready();
    for (let n = 10; n < 50; n++) await subscriber(db, `reader${n}`, ['121']);
    await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    const byAddress = await db.kysely.selectFrom('alerts').select('id').orderBy('address_id').execute();
    const ids = byAddress.map(({ id }) => id);
    expect(ids).toHaveLength(40);
    expect(ids).toEqual([...ids].sort());
  });

  test('unconfirmed, stopped and quarantined addresses get nothing', async () => {
    const { db, notices, alerts } = await ready();
    for (const column of ['confirmed_at', 'stopped_at', 'quarantined_at'] as const) {
      const { address } = await subscriber(db, column, ['121']);
      await db.kysely
        .updateTable('addresses')
        .set({ [column]: column === 'confirmed_at' ? null : 5 })
        .where('id', '=', address)
        .execute();
    }
    await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    expect(await made(db)).toEqual([]);
  });

  test('ten updates that staff chose to mail are one mail, and recovery’s place is kept', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'broken', ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    await sendAll(db);
    for (let n = 0; n < 10; n++) {
      clock.advance(MINUTE);
      await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: true }));
      await expandAll(alerts);
      await sendAll(db);
    }
    clock.set('2014-03-06T15:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered: [recovered(`${id}-1`)] }));
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: true }));
    await correctReport(notices, publisher, id, 1, { reason: { ja: '誤記' }, mail: true });
    await expandAll(alerts);
    await sendAll(db);
    const slots = (await made(db)).filter((line) => line.endsWith('sent'));
    expect(slots.map((line) => line.split(' ').slice(2, 4).join(' ')).sort()).toEqual(['slot 1', 'slot 2', 'slot 3']);
  });

  test('each gets recovery when his own server works again', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'early', ['051']);
    await subscriber(db, 'late', ['121']);
    const impact = { service: 'mail', symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' };
    const { id } = await publishNotice(
      notices,
      publisher,
      faultInput({
        impacts: [
          { ...impact, facilities: ['051'] },
          { ...impact, facilities: ['121'] },
        ],
      }),
    );
    await expandAll(alerts);
    await sendAll(db);
    clock.set('2014-03-06T15:50:00+09:00');
    await publishReport(
      notices,
      publisher,
      id,
      nextReport({ phase: 'partial_recovery', recovered: [recovered(`${id}-1`)], mail: true }),
    );
    await expandAll(alerts);
    await sendAll(db);
    expect(await made(db)).toEqual(['early #1 slot 1 sent', 'early #2 slot 2 sent', 'late #1 slot 1 sent']);
    await publishReport(
      notices,
      publisher,
      id,
      nextReport({ phase: 'recovery', recovered: [recovered(`${id}-2`, '15:45')], mail: true }),
    );
    await expandAll(alerts);
    expect(await made(db)).toContain('late #3 slot 2 queued');
    expect((await made(db)).filter((line) => line.startsWith('early'))).toHaveLength(2);
  });

  test('a second notice of the same root fault shares the three mails', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'broken', ['121']);
    const first = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    await sendAll(db);
    clock.set('2014-03-06T15:00:00+09:00');
    const again = {
      service: 'mail',
      facilities: ['121'],
      symptom: 'unavailable',
      startedAt: '2014-03-06T14:46:00+09:00',
    };
    const second = await publishNotice(
      notices,
      publisher,
      faultInput({ sharesRootWith: first.id, impacts: [again], occurredAt: '2014-03-06T14:46:00+09:00' }),
    );
    expect(second.rootId).toBe(first.id);
    // The first fault's recovery is no recovery for somebody whose server has failed again.
    await publishReport(
      notices,
      publisher,
      first.id,
      nextReport({ phase: 'recovery', recovered: [recovered(`${first.id}-1`)] }),
    );
    await expandAll(alerts);
    expect(await made(db)).toEqual(['broken #1 slot 1 sent']);
    clock.set('2014-03-06T15:50:00+09:00');
    await publishReport(
      notices,
      publisher,
      second.id,
      nextReport({ phase: 'recovery', recovered: [recovered(`${second.id}-1`, '15:45')] }),
    );
    await expandAll(alerts);
    expect(await made(db)).toEqual(['broken #1 slot 1 sent', 'broken #2 slot 2 queued']);
  });

  test('planned work goes only to those who asked for it', async () => {
    const { db, notices, alerts } = await ready();
    await subscriber(db, 'wants', ['141'], { works: 1 });
    await subscriber(db, 'does-not', ['141']);
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    await publishNotice(
      notices,
      publisher,
      faultInput(
        {
          kind: 'work',
          planned,
          impacts: [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }],
          occurredAt: undefined,
        },
        { phase: 'plan' },
      ),
    );
    await expandAll(alerts);
    expect(await made(db)).toEqual(['wants #1 slot 1 queued']);
  });
});

describe('newer text takes the place of what still waits', () => {
  test('recovery replaces a queued first report: one mail tells both', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'broken', ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    clock.set('2014-03-06T15:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered: [recovered(`${id}-1`)] }));
    await expandAll(alerts);
    expect(await made(db)).toEqual(['broken #1 slot 1 superseded', 'broken #2 slot 2 queued']);
    const mails = await db.kysely.selectFrom('mails').select(['state']).orderBy('created_at').execute();
    expect(mails.map((mail) => mail.state)).toEqual(['cancelled', 'queued']);
  });

  test('what replaces a recovery that has not arrived goes in recovery’s place', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'taro', ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    await sendAll(db);
    clock.advance(MINUTE);
    const recovery = nextReport({
      phase: 'recovery',
      recovered: [{ impact: `${id}-1`, at: '2014-03-06T08:00:30+09:00' }],
    });
    await publishReport(notices, publisher, id, recovery);
    await expandAll(alerts);
    clock.advance(MINUTE);
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: true }));
    await expandAll(alerts);
    expect(await made(db)).toEqual(['taro #1 slot 1 sent', 'taro #2 slot 2 superseded', 'taro #3 slot 2 queued']);
  });

  test('an update that mails nobody still replaces a queued first report, in its slot', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'broken', ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    clock.advance(MINUTE);
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: false }));
    await expandAll(alerts);
    expect(await made(db)).toEqual(['broken #1 slot 1 superseded', 'broken #2 slot 1 queued']);
  });

  test('a mail about to leave with old text is stopped and the newer one queued, even before the fan-out gets there', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'broken', ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    const mail = await db.kysely.selectFrom('mails').selectAll().executeTakeFirstOrThrow();
    await db.kysely.updateTable('mails').set({ state: 'claimed' }).execute();
    clock.set('2014-03-06T15:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered: [recovered(`${id}-1`)] }));
    const verdicts = await db.transaction((tx) => recheckAlert(alerts)(tx, [mail]));
    expect(verdicts.get(mail.id)).toEqual({ go: false, state: 'cancelled' });
    await expandAll(alerts);
    expect(await made(db)).toEqual(['broken #1 slot 1 superseded', 'broken #2 slot 2 queued']);
  });

  test('recovery takes its place before what was published after it, although neither was expanded', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'taro', ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    clock.advance(MINUTE);
    const recovery = { phase: 'recovery', recovered: [{ impact: `${id}-1`, at: '2014-03-06T08:00:30+09:00' }] };
    await publishReport(notices, publisher, id, nextReport(recovery));
    clock.advance(MINUTE);
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: false }));
    const { id: waiting } = await db.kysely.selectFrom('alerts').select('id').executeTakeFirstOrThrow();
    const recheck = recheckAlert(alerts);
    const mail = { id: waiting, recipient: '', budget: null };
    const verdicts = await db.transaction((tx) => recheck(tx, [mail]));
    expect(verdicts.get(waiting)).toEqual({ go: false, state: 'cancelled' });
    await expandAll(alerts);
    expect((await made(db)).at(-1)).toBe('taro #3 slot 2 queued');
    expect((await made(db)).filter((line) => line.endsWith('queued'))).toHaveLength(1);
  });

  test('a late expansion of the first report after recovery was published ends in one mail', async () => {
    const { db, clock, notices, alerts } = await ready();
    await subscriber(db, 'broken', ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-06T15:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered: [recovered(`${id}-1`)] }));
    await expandAll(alerts);
    const waiting = (await made(db)).filter((line) => line.endsWith('queued'));
    expect(waiting).toEqual(['broken #2 slot 2 queued']);
  });
});

describe('leaving', () => {
  test('takes queued mails with it, and what is in flight is stopped at the last check', async () => {
    const { db, notices, alerts } = await ready();
    const { address } = await subscriber(db, 'leaver', ['121']);
    await subscriber(db, 'stopper', ['121']);
    await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    await db.transaction((tx) => cancelAlertsOf(tx, address, 'removed'));
    await db.kysely.updateTable('addresses').set({ stopped_at: 9 }).where('id', '=', 'a-stopper').execute();
    const mail = await db.kysely
      .selectFrom('mails')
      .selectAll()
      .where('state', '=', 'queued')
      .executeTakeFirstOrThrow();
    const verdicts = await db.transaction((tx) => recheckAlert(alerts)(tx, [mail]));
    expect(verdicts.get(mail.id)).toEqual({ go: false, state: 'cancelled' });
    expect(await made(db)).toEqual(['leaver #1 slot 1 removed', 'stopper #1 slot 1 unsubscribed']);
  });
});

describe('expansion in chunks', () => {
  test('goes on where it stopped and makes each alert once, however many workers try', async () => {
    const { db, notices, alerts } = await ready();
    for (let n = 0; n < 25; n++) await subscriber(db, `s${String(n).padStart(2, '0')}`, ['121']);
    const { id } = await publishNotice(notices, publisher, faultInput());
    expect(await expandNext(alerts, 10)).toBe(true);
    expect(await made(db)).toHaveLength(10);
    await Promise.all(
      [1, 2, 3].map(async () => {
        while (await expandNext(alerts, 4));
      }),
    );
    while (await expandNext(alerts, 4));
    expect(await made(db)).toHaveLength(25);
    expect(await deliveriesOf(db.kysely, id)).toEqual([
      {
        slot: 1,
        phase: 'first',
        queued: 25,
        sending: 0,
        sent: 0,
        deferred: 0,
        superseded: 0,
        failed: 0,
        skipped: 0,
        inDoubt: 0,
      },
    ]);
  });

  test('fields are personal: own mailbox, own server, own stop link, in the address’ language', async () => {
    const { db, notices, alerts } = await ready();
    await subscriber(db, 'taro', ['121'], { language: 'en' });
    await publishNotice(notices, publisher, faultInput());
    await expandAll(alerts);
    const mail = await db.kysely.selectFrom('mails').selectAll().executeTakeFirstOrThrow();
    expect(mail.letter_id).toMatch(/\.en$/);
    const { fields } = await db.kysely.selectFrom('mail_words').selectAll().executeTakeFirstOrThrow();
    expect(fields).toContain('taro@m121.example (OCN Mail equipment 121): affected');
    expect(fields).toContain('List-Unsubscribe=One-Click');
    expect(mail.budget).toBe(budgetOf('20140306-1', 'taro@elsewhere.example'));
    expect(mail.budget, 'names nobody').not.toContain('taro');
  });
});
