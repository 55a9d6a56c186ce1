import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { surfacesOf } from '../../src/notices/surfaces.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { csrfOf, staffAt } from '../support/people.ts';

async function desk() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  return { ...shirase, staff: await staffAt(shirase, 'publisher') };
}

describe('other surfaces than ours', () => {
  test('are named by a setting, and the notice says who has not posted yet and how long the others took', async () => {
    const { staff, db, clock } = await desk();
    const brands = ['lolipop = ロリポップ / Lolipop', 'reseller_a = 販売会社A'];
    await changeSettings(db, clock, SYSTEM, { surfaces: brands });
    expect(surfacesOf(brands)[1]).toEqual({ key: 'reseller_a', name: { ja: '販売会社A' } });
    const { id } = await publishNotice(noticeGround(db, clock), publisher, faultInput());
    const url = `/console/notices/${id}`;
    expect(textOf(await staff.get(url))).toContain('最新の報をまだ掲載していない先: ロリポップ、販売会社A');
    clock.set('2014-03-06T09:00:00+09:00');
    const posting = { reportNumber: '1', surface: 'lolipop', postedAt: '2014-03-06T08:34' };
    await staff.submit(url, `${url}/postings`, posting);
    const page = textOf(await staff.get(`/en${url}`));
    expect(page).toContain('The newest report is not recorded yet on: 販売会社A');
    expect(page).toMatch(/Support page 08:00 JST, Thu 6 Mar 2014 26 min .*Lolipop 08:34 JST, Thu 6 Mar 2014 1 h/);
  });

  test('are refused where a line does not say what it should', async () => {
    const { db, clock } = await desk();
    for (const line of ['Press', 'press', 'press =', 'PRESS = 報道発表', 'a = b / c / d']) {
      await expect(changeSettings(db, clock, SYSTEM, { surfaces: [line] }), line).rejects.toThrow();
    }
  });
});

test('work that is announced late is told so, and may be published', async () => {
  const { staff } = await desk();
  const url = '/console/notices/new?kind=work';
  const send = async (from: string, action: string) => {
    const form = await staff.get(url);
    const window = { 'planned.from': `${from}T01:00`, 'planned.to': `${from}T05:00` };
    const work = { 'title.ja': '設備工事のお知らせ', 'impacts.0.service': 'mail', 'body.ja': '工事をします。' };
    return staff.post('/console/notices', { ...fieldsOn(form), ...work, ...window, action, _csrf: csrfOf(form) });
  };
  expect(textOf(await send('2014-03-09', 'preview'))).toContain('工事の開始まで2日です。予告は7日前まで');
  expect(textOf(await send('2014-03-20', 'preview'))).not.toContain('工事の開始まで');
  expect((await send('2014-03-09', 'publish')).statusCode).toBe(303);
});
