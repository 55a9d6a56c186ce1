import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { findNotice } from '../../src/notices/read.ts';
import { MINUTE } from '../../src/time.ts';
import { alertmanagerCall } from '../fixtures/alertmanager.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { csrfOf, keyFor, staffAt } from '../support/people.ts';

async function watch() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const headers = await keyFor(shirase.db, shirase.clock, 'alarms:write');
  const say = async (payload: object) =>
    shirase.app.inject({ method: 'POST', url: '/api/v1/alarms', headers, payload });
  const outcomes = async (payload: object) =>
    (await say(payload)).json<{ alarms: { outcome: string }[] }>().alarms.map(({ outcome }) => outcome);
  return { ...shirase, say, outcomes, staff: await staffAt(shirase, 'publisher') };
}

const alarm = (more: object = {}) => ({
  alarms: [
    {
      key: 'imap-051',
      title: 'IMAP does not answer',
      service: 'mail',
      facilities: ['051'],
      startedAt: '2014-03-06T07:34:00+09:00',
      ...more,
    },
  ],
});

describe('what monitoring says', () => {
  test('opens a draft with facilities and onset, once, and publishes nothing', async () => {
    const { say, staff, db } = await watch();
    const answers = await Promise.all([say(alarm()), say(alarm()), say(alarm())]);
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200]);
    expect(
      answers
        .flatMap((answer) => answer.json<{ alarms: { outcome: string }[] }>().alarms.map((one) => one.outcome))
        .sort(),
    ).toEqual(['known', 'known', 'opened']);
    const notice = await findNotice(db.kysely, '20140306-1');
    expect(notice).toMatchObject({ title: { ja: 'IMAP does not answer' }, reports: [], firstPublishedAt: null });
    expect(await findNotice(db.kysely, '20140306-2')).toBeUndefined();
    const board = textOf(await staff.get('/console'));
    expect(board).toContain('監視の警報 1件（発生中 1件） IMAP does not answer — test');
    expect(board).toContain('まもなく期限 初報（発生から）： あと4分');
    expect(fieldsOn(await staff.get('/console/notices/20140306-1/edit'))).toMatchObject({
      occurredAt: '2014-03-06T07:34',
      'impacts.0.service': 'mail',
      'impacts.0.facilities': '051',
    });
  });

  test('grows its own draft, and leaves one alone that a person has saved', async () => {
    const { outcomes, staff } = await watch();
    const edit = '/console/notices/20140306-1/edit';
    await outcomes(alarm({ group: 'imap' }));
    expect(await outcomes(alarm({ group: 'imap', key: 'imap-062', facilities: ['062'] }))).toEqual(['added']);
    const form = await staff.get(edit);
    expect(fieldsOn(form)['impacts.0.facilities']).toBe('051 062');
    await staff.post(edit, { ...fieldsOn(form), 'title.ja': '人が書いた件名', action: 'draft', _csrf: csrfOf(form) });
    await outcomes(alarm({ group: 'imap', key: 'imap-121', facilities: ['121'] }));
    expect(fieldsOn(await staff.get(edit))).toMatchObject({
      'title.ja': '人が書いた件名',
      'impacts.0.facilities': '051 062',
    });
    expect(textOf(await staff.get('/console/notices/20140306-1'))).toContain('監視の警報 3件');
  });

  test('notes that it is over, and starts the clock of the recovery report', async () => {
    const { outcomes, staff, clock, db, say } = await watch();
    await outcomes(alarm());
    const form = await staff.get('/console/notices/20140306-1/edit');
    const fields = { ...fieldsOn(form), 'body.ja': 'ご利用いただけません。', action: 'publish', _csrf: csrfOf(form) };
    const published = await staff.post('/console/notices/20140306-1/edit', fields);
    expect(published.statusCode, textOf(published)).toBe(303);
    clock.advance(10 * MINUTE);
    const ended = { endedAt: '2014-03-06T08:05:00+09:00' };
    expect(await outcomes(alarm(ended))).toEqual(['resolved']);
    expect(await outcomes(alarm(ended))).toEqual(['known']);
    expect(textOf(await staff.get('/console'))).toContain('余裕あり 回復報： あと25分');
    expect((await findNotice(db.kysely, '20140306-1'))?.impacts[0]?.recoveredAt).toBeNull();
    expect((await say({ alarms: [] })).statusCode).toBe(422);
  });

  test('is a new fault where the old one is over', async () => {
    const { outcomes, db, clock } = await watch();
    await publishNotice(noticeGround(db, clock), publisher, faultInput());
    expect(await outcomes(alarm({ endedAt: '2014-03-06T07:50:00+09:00' }))).toEqual(['ignored']);
    expect(await outcomes(alarm())).toEqual(['opened']);
    expect(await findNotice(db.kysely, '20140306-2')).toMatchObject({ reports: [] });
  });

  test('may come from Alertmanager as it is', async () => {
    const { outcomes, staff } = await watch();
    expect(await outcomes(alertmanagerCall('firing'))).toEqual(['opened', 'added']);
    expect(fieldsOn(await staff.get('/console/notices/20140306-1/edit'))).toMatchObject({
      'title.ja': 'IMAP on 051 does not answer',
      'impacts.0.service': 'mail',
      'impacts.0.facilities': '051 062',
    });
    expect(await outcomes(alertmanagerCall('resolved'))).toEqual(['resolved', 'resolved']);
    expect(textOf(await staff.get('/en/console'))).toContain('2 alarms of monitoring (all over)');
  });

  test('is refused by its wrong fields, and of unknown equipment still becomes a draft', async () => {
    const { say, outcomes } = await watch();
    const wrong = await say(alarm({ startedAt: 'yesterday', symptom: 'odd' }));
    expect(wrong.statusCode).toBe(422);
    expect(wrong.body).toContain('alarms.0.startedAt');
    expect(await outcomes(alarm({ service: 'nobody knows', facilities: ['999'] }))).toEqual(['opened']);
  });
});
