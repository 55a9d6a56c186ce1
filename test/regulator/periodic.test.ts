import { createHash } from 'node:crypto';
import { parse as parseCsv } from 'csv-parse/sync';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { safeName } from '../../src/regulator/bundle/bundle.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { csrfOf, keyFor, staffAt } from '../support/people.ts';

const HOUR = '2014-03-06T10:34:00+09:00';

/** Two faults of three hours: one of servers with a formula in its title, one of a base station. */
async function quarter() {
  const shirase = await startApp();
  const { app, db, clock } = shirase;
  await smallCatalogue(db);
  const ground = noticeGround(db, clock);
  const headers = await keyFor(db, clock, 'regulator:write');
  const open = async (title: string, equipment: string) => {
    clock.set('2014-03-06T08:00:00+09:00');
    const { id } = await publishNotice(ground, publisher, faultInput({ title: { ja: title } }));
    clock.set('2014-03-06T11:00:00+09:00');
    await publishReport(
      ground,
      publisher,
      id,
      nextReport({ phase: 'recovery', recovered: [{ impact: `${id}-1`, at: HOUR }] }),
    );
    const symptoms = [{ impact: `${id}-1`, users: { value: 2000 } }];
    await app.inject({
      method: 'PUT',
      url: `/api/v1/notices/${id}/accident`,
      headers,
      payload: { equipment, symptoms },
    });
    return id;
  };
  const server = await open('=1+1 メールの障害', 'server');
  const station = await open('基地局の障害', 'radio_base_station');
  clock.set('2014-05-20T10:00:00+09:00');
  return { ...shirase, server, station, staff: await staffAt(shirase, 'publisher') };
}

test('the list of a quarter takes each accident in the form of its equipment, as page, CSV and workbook', async () => {
  const { staff, server, station } = await quarter();
  const path = '/console/regulator/periodic';
  const page = await staff.get(`${path}?period=2013-Q4`);
  await expectValidHtml(page.body);
  expect(textOf(page)).toContain('期限 : 2014年5月31日(土)'.replace(' :', ':'));
  const csv = async (form: string) => {
    const { body } = await staff.get(`${path}.csv?period=2013-Q4&form=${form}`);
    expect(body.startsWith('\ufeff')).toBe(true);
    const rows: string[][] = parseCsv(body, { bom: true });
    return rows.slice(1);
  };
  const detailed = await csv('detailed');
  expect(detailed.map((row) => [row[1], row[2], row[9], row[10]])).toEqual([
    [server, "'=1+1 メールの障害", '180', '2000'],
  ]);
  expect((await csv('simplified')).map((row) => [row[1], row[3], row[5]])).toEqual([[station, '180', '無線基地局']]);
  const book = unzipSync((await staff.get(`${path}.xlsx?period=2013-Q4`)).rawPayload);
  const strings = new TextDecoder().decode(book['xl/sharedStrings.xml'] ?? book['xl/worksheets/sheet1.xml']);
  expect(strings).toContain('=1+1 メールの障害');
  expect(new TextDecoder().decode(book['xl/workbook.xml'])).toContain('簡易な様式');
  expect((await staff.get(`${path}?period=2013-Q9`)).statusCode).toBe(404);
  expect(textOf(await staff.get(`/en${path}?period=2013`))).toContain('Fiscal 2013');
});

test('a list that was handed in stays as it was', async () => {
  const { staff, db, clock } = await quarter();
  const path = '/console/regulator/periodic';
  await staff.submit(`${path}?period=2013-Q4`, path, { period: '2013-Q4', note: '' });
  clock.set('2014-05-20T10:10:00+09:00');
  await publishNotice(noticeGround(db, clock), publisher, faultInput({ occurredAt: '2014-03-06T07:34:00+09:00' }));
  const rows = (page: string) => (page.match(/<tr>/g) ?? []).length;
  const frozen = await staff.get(`${path}?period=2013-Q4&number=1`);
  expect(textOf(frozen)).toContain('提出した第1版です');
  expect(rows((await staff.get(`${path}?period=2013-Q4`)).body)).toBe(rows(frozen.body) + 1);
  const now = await staff.get(`${path}?period=2013-Q4`);
  await expectValidHtml(now.body);
  expect(textOf(now)).toContain('下線は、第1版');
  // A row that was not there is new but for its running number; nothing is marked in the frozen one, before which there was none.
  expect([now.body, frozen.body].map((body) => (body.match(/<td[^>]*><ins>/g) ?? []).length)).toEqual([18, 0]);
  expect(textOf(await staff.get('/console/regulator'))).not.toContain('2013年度 第4四半期');
});

test('the bundle of an accident holds all of it, each file with its hash', async () => {
  const { staff, server, db } = await quarter();
  const base = `/console/notices/${server}/accident`;
  await staff.submit(`${base}/sheet`, `${base}/submissions`, { kind: 'detailed', note: '' });
  const token = csrfOf(await staff.get(`${base}/sheet`));
  const answer = await staff.post(`${base}/bundle`, { _csrf: token });
  expect(answer.headers['content-type']).toBe('application/zip');
  const files = unzipSync(answer.rawPayload);
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining([
      'notice.json',
      'reports/01-revision-0.json',
      'reports/02-revision-0.json',
      'audit.json',
      'mails.json',
      'submitted/detailed-01.json',
      'submitted/detailed-01.pdf',
      'manifest.json',
    ]),
  );
  const manifest = JSON.parse(new TextDecoder().decode(files['manifest.json'])) as {
    notice: string;
    files: { path: string; sha256: string; bytes: number }[];
  };
  expect(manifest.notice).toBe(server);
  expect(manifest.files.length).toBe(Object.keys(files).length - 1);
  for (const one of manifest.files) {
    expect(
      createHash('sha256')
        .update(files[one.path] ?? '')
        .digest('hex'),
      one.path,
    ).toBe(one.sha256);
  }
  const taken = await db.kysely.selectFrom('audit_entries').selectAll().where('act', '=', 'accident:export').execute();
  expect(taken.length).toBe(1);
});

test('no name in a bundle can leave its folder', () => {
  expect(['../../etc/passwd', 'C:\\x', '..', '図.png', 'a b'].map(safeName)).toEqual([
    'etc_passwd',
    'C_x',
    'file',
    'png',
    'a_b',
  ]);
});
