import { expect, test } from 'vitest';
import { loadPublished } from '../../src/notices/read.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { smallCatalogue } from '../support/notices.ts';
import { csrfOf, staffAt } from '../support/people.ts';

const typed = {
  'title.ja': 'メールの障害について',
  occurredAt: '2014-03-06T07:34',
  recognisedAt: '2014-03-06T07:45',
  'impacts.0.service': 'mail',
  'impacts.0.symptom': 'unavailable',
  'body.ja': '輻輳のため流量規制を行っています。',
};

test('a preview offers plainer words, puts in those that are chosen, and publishes nothing by itself', async () => {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const staff = await staffAt(shirase, 'publisher');
  const post = async (page: Parameters<typeof fieldsOn>[0], action: string, changes: Record<string, string> = {}) =>
    staff.post('/console/notices', { ...fieldsOn(page), ...changes, _csrf: csrfOf(page), action });
  const preview = await post(await staff.get('/console/notices/new?kind=fault'), 'preview', typed);
  expect(textOf(preview)).toContain('輻輳 → 混み合い （本文 1か所）');
  expect(textOf(preview)).toContain('障害 → 故障 （件名 1か所）');
  expect(fieldsOn(preview)).toMatchObject(typed);
  // 流量規制 stays as it is.
  const kept = Object.fromEntries(Object.entries(fieldsOn(preview)).filter(([name]) => name !== 'plain.流量規制'));
  const replaced = await staff.post('/console/notices', { ...kept, _csrf: csrfOf(preview), action: 'plain' });
  expect(fieldsOn(replaced)).toMatchObject({
    ...typed,
    'title.ja': 'メールの故障について',
    'body.ja': '混み合いのため流量規制を行っています。',
  });
  expect(textOf(replaced)).toContain('公開される内容（まだ公開していません）');
  expect(textOf(replaced)).toContain('流量規制 → 通信の制限');
  // What is not chosen is published as it was typed.
  await post(replaced, 'publish');
  const [notice] = await loadPublished(shirase.db.kysely);
  expect([notice?.title.ja, notice?.reports[0]?.body.ja]).toEqual([
    'メールの故障について',
    '混み合いのため流量規制を行っています。',
  ]);
});

test('a text without words of the trade is not commented on', async () => {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const staff = await staffAt(shirase, 'publisher');
  const page = await staff.get('/console/notices/new?kind=fault');
  const fields = { ...fieldsOn(page), ...typed, 'title.ja': 'メールの故障', 'body.ja': 'メールが使えません。' };
  const preview = await staff.post('/console/notices', { ...fields, _csrf: csrfOf(page), action: 'preview' });
  expect(preview.body).not.toContain('plain-words');
});
