import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { findNotice } from '../../src/notices/read.ts';
import type { Role } from '../../src/staff/permissions.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { type Browser, csrfOf, staffAt } from '../support/people.ts';

const ID = '20140306-1';
const REPORTS = `/console/notices/${ID}/reports`;

/** A fault of two services, an hour after its first report. */
async function openFault(role: Role = 'publisher') {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const ground = noticeGround(shirase.db, shirase.clock);
  await publishNotice(
    ground,
    publisher,
    faultInput({
      impacts: [
        { service: 'mail', facilities: ['051', '121'], symptom: 'unavailable' },
        { service: 'webmail', facilities: 'all', symptom: 'unavailable' },
      ],
    }),
  );
  shirase.clock.set('2014-03-06T20:00:00+09:00');
  return { ...shirase, notices: ground, staff: await staffAt(shirase, role) };
}

async function report(staff: Browser, phase: string, button: string, changes: Record<string, string>) {
  const page = await staff.get(`/console/notices/${ID}/report?phase=${phase}`);
  return staff.post(REPORTS, { ...fieldsOn(page), ...changes, _csrf: csrfOf(page), action: button });
}

const recovered = {
  'body.ja': '回復しました。',
  [`recovered.${ID}-1.on`]: 'on',
  [`recovered.${ID}-1.at`]: '2014-03-06T15:45',
  [`recovered.${ID}-2.on`]: 'on',
  [`recovered.${ID}-2.at`]: '2014-03-06T19:32',
};

const final = {
  'body.ja': '終報です。',
  'causes.0.text.ja': '共用データベースの故障。',
  'causes.2.kind': 'prolongation',
  'causes.2.text.ja': '切り替えに時間を要したため。',
  'measures.1.field': 'software',
  'measures.1.status': 'planned',
  'measures.1.text.ja': '監視を強化します。',
  'measures.1.date': '2014-08',
};

describe('the next report in the console', () => {
  test('tells of each recovery with its own time', async () => {
    const { staff, db } = await openFault();
    const answer = await report(staff, 'recovery', 'publish', recovered);
    expect(answer.statusCode, textOf(answer)).toBe(303);
    expect((await findNotice(db.kysely, ID))?.impacts.map((impact) => impact.recoveredAt)).toEqual([
      Date.parse('2014-03-06T15:45:00+09:00'),
      Date.parse('2014-03-06T19:32:00+09:00'),
    ]);
    expect(textOf(await staff.get('/console'))).toContain('回復済み・終報待ち');
  });

  test('asks for the time of a ticked recovery and for the tick of a time, beside the field', async () => {
    const { staff } = await openFault();
    const answer = await report(staff, 'recovery', 'publish', {
      ...recovered,
      [`recovered.${ID}-1.at`]: '',
      [`recovered.${ID}-2.on`]: '',
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(`href="#recovered.${ID}-1.at"`);
    expect(answer.body).toContain(`href="#recovered.${ID}-2.on"`);
    expect(fieldsOn(answer)[`recovered.${ID}-2.at`]).toBe('2014-03-06T19:32');
  });

  test('shows a recovery before the start at the time that is wrong, not at another row', async () => {
    const { staff } = await openFault();
    const answer = await report(staff, 'partial_recovery', 'publish', {
      'body.ja': '一部回復しました。',
      [`recovered.${ID}-2.on`]: 'on',
      [`recovered.${ID}-2.at`]: '2014-03-06T05:00',
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(`href="#recovered.${ID}-2.at"`);
  });

  test('leads to an open impact where a recovery forgets one', async () => {
    const { staff } = await openFault();
    const answer = await report(staff, 'recovery', 'publish', { 'body.ja': '回復しました。' });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(`href="#recovered.${ID}-1.on"`);
    expect(answer.body).toContain(`id="recovered.${ID}-1.on"`);
  });

  test('lets no final report go without causes and measures', async () => {
    const { staff, db } = await openFault();
    await report(staff, 'recovery', 'publish', recovered);
    const empty = await report(staff, 'final', 'publish', { 'body.ja': '終報です。' });
    expect(empty.statusCode).toBe(422);
    expect(empty.body).toContain('href="#causes.0.text.ja"');
    expect(empty.body).toContain('href="#measures.0.text.ja"');
    const answer = await report(staff, 'final', 'publish', final);
    expect(answer.statusCode, textOf(answer)).toBe(303);
    const notice = await findNotice(db.kysely, ID);
    expect(notice?.reports.at(-1)?.picture).toMatchObject({
      causes: [
        { kind: 'occurrence', text: { ja: '共用データベースの故障。' } },
        { kind: 'prolongation', text: { ja: '切り替えに時間を要したため。' } },
      ],
      measures: [{ field: 'software', status: 'planned', date: '2014-08' }],
    });
  });

  test('refuses a report that may not come next', async () => {
    const { staff } = await openFault();
    const answer = await report(staff, 'first', 'publish', { 'body.ja': 'もう一度初報。' });
    expect(answer.statusCode).toBe(422);
    expect(textOf(answer)).toContain('「初報」の次に「初報」は出せません。');
  });

  test('publishes once for two clicks, and tells whoever comes second', async () => {
    const { staff, db } = await openFault();
    const page = await staff.get(`/console/notices/${ID}/report?phase=update`);
    const fields = { ...fieldsOn(page), 'body.ja': '続報です。', _csrf: csrfOf(page), action: 'publish' };
    expect((await staff.post(REPORTS, fields)).statusCode).toBe(303);
    const second = await staff.post(REPORTS, fields);
    expect(second.statusCode).toBe(409);
    expect(textOf(second)).toContain('第2報が公開されました');
    expect(fieldsOn(second)).toMatchObject({ 'body.ja': '続報です。', expected: '2' });
    expect((await findNotice(db.kysely, ID))?.reports).toHaveLength(2);
  });

  test('counts a report of a program as one that came in between', async () => {
    const { staff, notices } = await openFault();
    const page = await staff.get(`/console/notices/${ID}/report?phase=update`);
    await publishReport(notices, publisher, ID, nextReport({ phase: 'update' }));
    const fields = { ...fieldsOn(page), 'body.ja': '続報です。', _csrf: csrfOf(page), action: 'publish' };
    expect((await staff.post(REPORTS, fields)).statusCode).toBe(409);
  });

  test('keeps a draft of the next report and opens it again', async () => {
    const place = await openFault('author');
    const typed = { 'body.ja': '書きかけ', 'impacts.0.service': 'ocn-id', 'impacts.0.facilities': '051' };
    const kept = await report(place.staff, 'update', 'draft', typed);
    expect(kept.headers.location).toBe(`/console/notices/${ID}/report?saved=1`);
    const publishing = await staffAt(place, 'publisher');
    const page = await publishing.get(`/console/notices/${ID}/report`);
    expect(fieldsOn(page)).toMatchObject(typed);
    const fields = { ...fieldsOn(page), 'impacts.0.facilities': '', _csrf: csrfOf(page), action: 'publish' };
    expect((await publishing.post(REPORTS, fields)).statusCode).toBe(303);
    expect((await findNotice(place.db.kysely, ID))?.impacts).toHaveLength(3);
  });

  test('shows the fields of another kind of report, the text kept', async () => {
    const { staff } = await openFault();
    const answer = await report(staff, 'update', 'phase', { phase: 'final', 'body.ja': '書きかけ' });
    expect(answer.statusCode).toBe(200);
    expect(fieldsOn(answer)).toMatchObject({ phase: 'final', 'body.ja': '書きかけ', 'causes.0.text.ja': '' });
  });

  test('previews a report and stands in the way of nothing', async () => {
    const { staff, db } = await openFault();
    const answer = await report(staff, 'recovery', 'preview', recovered);
    expect(answer.statusCode, textOf(answer)).toBe(200);
    expect(textOf(answer)).toContain('第2報 回復報');
    expect((await findNotice(db.kysely, ID))?.reports).toHaveLength(1);
  });

  test('corrects a report with a reason and keeps what it said', async () => {
    const { staff, db } = await openFault();
    const url = `${REPORTS}/1/correct`;
    const page = await staff.get(url);
    const fields = { ...fieldsOn(page), 'body.ja': '7時30分頃から', _csrf: csrfOf(page), action: 'publish' };
    const unexplained = await staff.post(url, fields);
    expect(unexplained.statusCode).toBe(422);
    expect(unexplained.body).toContain('href="#reason.ja"');
    const answer = await staff.post(url, { ...fields, 'reason.ja': '時刻の誤り' });
    expect(answer.statusCode, textOf(answer)).toBe(303);
    expect((await findNotice(db.kysely, ID))?.reports).toMatchObject([
      { number: 1, revision: 1, body: { ja: '7時30分頃から' }, reason: { ja: '時刻の誤り' }, mail: false },
    ]);
    const shown = textOf(await staff.get(`/console/notices/${ID}`));
    expect(shown).toContain('第1報改');
    expect(shown).toContain('7時34分頃からご利用いただけません。');
    const twice = await staff.post(url, { ...fields, 'reason.ja': '時刻の誤り' });
    expect(twice.statusCode).toBe(409);
  });

  test('keeps an author from correcting', async () => {
    const { staff } = await openFault('author');
    const page = await staff.get(`${REPORTS}/1/correct`);
    const fields = { ...fieldsOn(page), 'reason.ja': '誤り', _csrf: csrfOf(page), action: 'publish' };
    expect((await staff.post(`${REPORTS}/1/correct`, fields)).statusCode).toBe(403);
  });

  test('records an appearance elsewhere once', async () => {
    const { staff } = await openFault();
    const url = `/console/notices/${ID}`;
    const posting = { reportNumber: '1', surface: 'press', postedAt: '2014-03-06T09:10', note: '報道発表' };
    expect((await staff.submit(url, `${url}/postings`, posting)).statusCode).toBe(303);
    expect(textOf(await staff.get(url))).toContain('報道発表');
    expect((await staff.submit(url, `${url}/postings`, posting)).statusCode).toBe(409);
    const wrong = await staff.submit(url, `${url}/postings`, { ...posting, surface: '新聞', postedAt: '' });
    expect(wrong.statusCode).toBe(422);
    expect(wrong.body).toContain('href="#surface"');
    expect(wrong.body).toContain('value="新聞"');
  });

  test('shows what was done to those who may read it', async () => {
    const place = await openFault('author');
    expect((await place.staff.get('/console/audit')).statusCode).toBe(403);
    const publishing = await staffAt(place, 'publisher');
    expect(textOf(await publishing.get(`/console/audit?subject=${ID}`))).toContain('報の公開');
  });
});
