import { expect, test } from 'vitest';
import { loadExample } from '../../src/cli/example.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { Browser } from '../support/people.ts';

test('everybody reads how soon faults were told once an administrator shows it, and nobody before', async () => {
  const shirase = await startApp({ now: '2014-07-20T10:00:00+09:00' });
  const { app } = shirase;
  await loadExample(shirase.ground);
  await app.edition.refresh();
  const get = (url: string) => app.inject({ url });
  expect((await get('/timeliness')).statusCode).toBe(404);
  expect((await get('/history')).body).not.toContain('/timeliness');

  const admin = new Browser(app);
  await admin.submit('/console/sign-in', '/console/sign-in', { login: 'admin', password: 'shirase-example' });
  const set = async (timelinessPublic: string, was: string) =>
    admin.submit('/console/settings', '/console/settings', { timelinessPublic, 'was.timelinessPublic': was });
  expect((await set('shown', 'hidden')).statusCode).toBe(303);

  const page = await get('/timeliness');
  expect(page.statusCode).toBe(200);
  await expectValidHtml(page.body);
  expect(textOf(page)).toContain('2014年1月〜3月 1件 100% 100% 100% 26分 367分');
  expect(page.headers['set-cookie']).toBeUndefined();
  const english = await get('/en/timeliness');
  await expectValidHtml(english.body);
  expect(textOf(english)).toContain('January to March 2014 1 100% 100% 100% 26 min 367 min');
  for (const place of ['/history', '/sitemap.xml']) expect((await get(place)).body, place).toContain('/timeliness');

  await set('hidden', 'shown');
  expect((await get('/timeliness')).statusCode).toBe(404);
});
