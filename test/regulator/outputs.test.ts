import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { detailedDue, parsePeriod, periodicDue, periodOf } from '../../src/regulator/outputs/deadlines.ts';
import { HOUR, isoTime } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { at } from '../support/clock.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { readPdf } from '../support/pdf.ts';
import { keyFor, staffAt } from '../support/people.ts';

/** A serious fault with some facts entered, and a publisher at the console. */
async function seriousFault() {
  const shirase = await startApp();
  const { app, db, clock } = shirase;
  await smallCatalogue(db);
  const { id } = await publishNotice(noticeGround(db, clock), publisher, faultInput());
  const headers = await keyFor(db, clock, 'regulator:write');
  const save = (facts: object) =>
    app.inject({ method: 'PUT', url: `/api/v1/notices/${id}/accident`, headers, payload: facts });
  const symptom = {
    impact: `${id}-1`,
    description: 'メールの送受信ができませんでした。',
    users: { value: 36_000, qualifier: 'about', unit: 'people' },
    official: { from: '2014-03-06T07:34:00+09:00', to: '2014-03-06T14:22:00+09:00' },
  };
  await save({ symptoms: [symptom] });
  clock.set('2014-03-06T20:00:00+09:00');
  return { ...shirase, id, save, symptom, staff: await staffAt(shirase, 'publisher') };
}

test('the sheet is in the ministry’s order, as page, PDF and Word; what nobody knows says so', async () => {
  const { id, staff } = await seriousFault();
  const path = `/console/notices/${id}/accident/sheet`;
  const page = await staff.get(path);
  await expectValidHtml(page.body);
  const headings = [...page.body.matchAll(/<h2 id="section-\d+">([^<]+)</g)].map((match) => match[1]);
  expect(headings).toEqual([
    '1．事故の概要',
    '2．継続時間と影響利用者数',
    '3．影響地域と問合せ件数',
    '4．障害の内容',
    '5．該当する役務の区分',
    '6．発生原因',
    '7．機器構成図',
    '8．再発防止策',
    '9．情報周知',
    '10．そのほか',
  ]);
  const text = textOf(page);
  for (const said of [
    '6時間48分',
    '約36,000人',
    '重大: すべての電気通信役務、2時間以上かつ3万人以上',
    '調査中',
    '発生から26分',
  ]) {
    expect(text).toContain(said);
  }
  const pdf = await staff.get(`${path}.pdf`);
  expect(pdf.headers['content-type']).toBe('application/pdf');
  const pages = readPdf(pdf.rawPayload).pages.join('').replaceAll('\n', '');
  for (const said of ['電気通信事故報告書', '約36,000人', '発生から26分', '調査中']) expect(pages).toContain(said);
  const docx = await staff.get(`${path}.docx`);
  const word = new TextDecoder().decode(unzipSync(docx.rawPayload)['word/document.xml']);
  for (const said of ['電気通信事故報告書', '約36,000人', '発生から26分']) expect(word).toContain(said);
  expect(textOf(await staff.get(`/en${path}`))).toContain('about 36,000 people');
});

test('what is handed in is frozen with number and author; the next one underlines what changed', async () => {
  const { id, staff, db, save, symptom } = await seriousFault();
  const base = `/console/notices/${id}/accident`;
  const given = await staff.submit(`${base}/sheet`, `${base}/submissions`, { kind: 'detailed', note: '本省あて' });
  expect(given.headers.location).toBe(`${base}/sheet?number=1`);
  await save({
    symptoms: [{ ...symptom, users: { value: 41_000, qualifier: 'about', unit: 'people' } }],
    causeClass: 'equipment',
  });
  const frozen = textOf(await staff.get(`${base}/sheet?number=1`));
  expect(frozen).toContain('約36,000人');
  expect(frozen).toContain('担当 publisherが2014年3月6日(木) 20:00 JSTに提出した第1版です。 本省あて');
  const now = await staff.get(`${base}/sheet`);
  expect(now.body).toMatch(/<ins>[^<]*41/);
  expect(now.body).toContain('<ins>設備</ins>');
  expect(now.body).not.toMatch(/<ins>[^<]*6時間48分/);
  const word = unzipSync((await staff.get(`${base}/sheet.docx`)).rawPayload)['word/document.xml'];
  expect(new TextDecoder().decode(word)).toMatch(/<w:u\b/);
  expect((await staff.get(`${base}/sheet?number=7`)).statusCode).toBe(404);
  await expect(db.kysely.updateTable('submissions').set({ note: 'x' }).execute()).rejects.toThrow(/append-only/);
});

test('the prompt report is plain text with every item, and is recorded with whom it was given to', async () => {
  const { id, staff, clock } = await seriousFault();
  const base = `/console/notices/${id}/accident`;
  const page = await staff.get(`${base}/prompt`);
  await expectValidHtml(page.body);
  for (const item of [
    '報告日時',
    '発生日時',
    '復旧日時',
    '発生場所',
    '役務の内容',
    '影響範囲',
    '影響利用者数',
    '発生原因',
    '卸の関係',
  ]) {
    expect(page.body).toContain(item);
  }
  await staff.submit(`${base}/prompt`, `${base}/submissions`, { kind: 'prompt', note: '総合通信局、電話' });
  expect(textOf(await staff.get(`${base}/prompt`))).toContain('担当 publisher — 総合通信局、電話');
  clock.advance(HOUR);
  const next = await staff.get(`${base}/prompt`);
  await expectValidHtml(next.body);
  expect(textOf(next)).toContain('第1回の報告から変わったところ');
  expect(next.body).toMatch(/報告日時: [^\n]*<ins>/);
});

test('the page of reports counts down to what is due, and forgets what was handed in', async () => {
  const { id, staff, clock } = await seriousFault();
  const due = textOf(await staff.get('/console/regulator'));
  expect(due).toContain('速報 すみやかに 発生から12時間26分 OCNメールがご利用いただけません');
  expect(due).toContain('詳細な報告 2014年4月5日(土)');
  expect(due).toContain('定期報告 2014年5月31日(土)');
  const base = `/console/notices/${id}/accident`;
  await staff.submit(`${base}/sheet`, `${base}/submissions`, { kind: 'detailed', note: '' });
  clock.set('2014-03-20T09:00:00+09:00');
  const later = await staffAtAgain();
  expect(later).not.toContain('詳細な報告 2014年4月5日(土)');
  async function staffAtAgain() {
    return textOf(await staff.get('/console/regulator'));
  }
});

test('deadlines end with their last day, in the operator’s zone', () => {
  const zone = 'Asia/Tokyo';
  const occurred = at('2015-07-03T06:34:00+09:00');
  expect(isoTime(detailedDue(occurred, 30, zone), zone)).toBe('2015-08-02T23:59:59+09:00');
  expect(periodOf(occurred, 'quarter', zone).key).toBe('2015-Q2');
  expect(periodOf(at('2016-03-11T17:45:00+09:00'), 'quarter', zone).key).toBe('2015-Q4');
  expect(periodOf(at('2016-04-01T00:00:00+09:00'), 'fiscal_year', zone).key).toBe('2016');
  const period = parsePeriod('2015-Q4', zone);
  expect(period && isoTime(period.from, zone)).toBe('2016-01-01T00:00:00+09:00');
  expect(period && isoTime(periodicDue(period, 2, zone), zone)).toBe('2016-05-31T23:59:59+09:00');
  expect(parsePeriod('2015-Q5', zone)).toBeUndefined();
});
