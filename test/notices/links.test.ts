import { expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { barriersFor } from '../support/barriers.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { keyFor, staffAt } from '../support/people.ts';
import { startSite } from '../support/site.ts';

const [PARENT, PART] = ['20140306-1', '20140306-2'];

async function two() {
  const site = await startSite();
  await publishNotice(site.notices, publisher, faultInput({ title: { ja: '親のお知らせ', en: 'The parent' } }));
  await publishNotice(site.notices, publisher, faultInput({ title: { ja: '個別のお知らせです' } }));
  const headers = await keyFor(site.db, site.clock, 'notices:write', 'notices:read');
  const put = (id: string, links: object[]) =>
    site.app.inject({ method: 'PUT', url: `/api/v1/notices/${id}/links`, headers, payload: { links } });
  return { ...site, headers, put };
}

test('a bond stands on the pages of both notices, and the provider’s page beside it, until it is taken back', async () => {
  const { put, get, app, headers } = await two();
  const upstream = { relation: 'upstream', url: 'https://provider.example/status/7', name: { ja: '卸元の障害情報' } };
  expect((await put(PART, [{ relation: 'parent', notice: PARENT }, upstream])).statusCode).toBe(204);
  const part = await get(`/notices/${PART}`);
  await expectValidHtml(part.body);
  expect(textOf(part)).toMatch(/関連するお知らせ 元のお知らせ 親のお知らせ 提供元のお知らせ 卸元の障害情報/);
  expect(part.body).toContain('href="https://provider.example/status/7"');
  expect(textOf(await get(`/en/notices/${PARENT}`))).toContain('Notices that are part of this one 個別のお知らせです');
  const answer = await app.inject({ url: `/api/v1/notices/${PART}`, headers });
  expect(answer.json()).toMatchObject({ links: [{ relation: 'parent', notice: PARENT }, upstream] });

  const wrong = await put(PART, [
    { relation: 'parent', notice: PART },
    { relation: 'follows', notice: '20140101-1' },
  ]);
  expect(wrong.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field)).toEqual([
    'links.0.notice',
    'links.1.notice',
  ]);
  expect((await put(PART, [{ relation: 'upstream', url: 'javascript:alert(1)' }])).statusCode).toBe(422);
  expect((await put(PART, [])).statusCode).toBe(204);
  expect(textOf(await get(`/notices/${PARENT}`))).not.toContain('関連するお知らせ');
});

test('a publisher enters bonds in the console, an author may look, and both see who points here', async () => {
  const shirase = await two();
  const staff = await staffAt(shirase, 'publisher');
  const url = `/console/notices/${PART}/links`;
  const form = { ...fieldsOn(await staff.get(url)), 'links.1.relation': 'follows' };
  const wrong = await staff.post(url, { ...form, 'links.1.notice': '20140306-9' });
  expect([wrong.statusCode, wrong.body.includes('href="#links.1.notice"')]).toEqual([422, true]);
  expect(wrong.body).toContain('value="20140306-9"');
  expect((await staff.post(url, { ...form, 'links.1.notice': PARENT })).statusCode).toBe(303);
  expect(textOf(await staff.get(`/console/notices/${PARENT}/links`))).toContain('続きのお知らせ： 個別のお知らせです');
  expect(textOf(await staff.get(`/console/audit?subject=${PART}&act=notice:link`))).toContain('links.0.notice');
  const author = await staffAt(shirase, 'author');
  expect((await author.get(url)).body).not.toContain('<select');
  const found = await barriersFor(shirase.app, staff, [
    [url, 390, 'dark'],
    [`/en${url}`, 1280, 'light'],
    [`/notices/${PART}`, 390, 'light'],
  ]);
  expect(found).toEqual([]);
}, 120_000);
