import { expect, test } from 'vitest';
import { auditTrail } from '../../src/staff/audit.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { smallCatalogue } from '../support/notices.ts';
import { type Browser, staffAt } from '../support/people.ts';

const path = '/console/catalogue';
const hidden = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';

async function desk() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const admin = await staffAt(shirase, 'admin');
  const now = JSON.parse((await admin.get(`${path}/current`)).body) as {
    services: { key: string; name: { ja: string } }[];
    facilities: { code: string; name: { ja: string }; service: string }[];
    desks?: unknown[];
  };
  return { ...shirase, admin, now };
}

const compare = (browser: Browser, catalogue: unknown) =>
  browser.submit(path, `${path}/compare`, {
    catalogue: typeof catalogue === 'string' ? catalogue : JSON.stringify(catalogue),
  });

test('an administrator sees what an import would change, and nothing has changed before it is applied', async () => {
  const { admin, now, db } = await desk();
  await expectValidHtml((await admin.get(path)).body);
  const next = {
    services: now.services.map((one) => (one.key === 'mail' ? { ...one, name: { ja: '新しいメール' } } : one)),
    facilities: [
      ...now.facilities.filter((one) => one.code !== '142'),
      { code: '901', name: { ja: '設備901' }, service: 'mail' },
    ],
    desks: [{ key: 'support', name: { ja: '窓口' }, phone: '0120-000-000' }],
  };
  const shown = await compare(admin, next);
  await expectValidHtml(shown.body);
  expect(textOf(shown)).toContain('追加 2件、変更 1件、廃止 1件');
  expect(shown.body).toContain('<del>OCNメール</del> <ins>新しいメール</ins>');
  expect((await admin.get(path)).body).not.toContain('設備901');
  const was = hidden(shown.body, 'was');
  const done = await admin.submit(path, path, { catalogue: JSON.stringify(next), was });
  expect(done.headers.location).toBe(`${path}?done`);
  expect(textOf(await admin.get(path))).toContain('設備901');
  expect((await auditTrail(db.kysely, { subject: 'catalogue', limit: 1 }))[0]).toMatchObject({
    who: '担当 admin',
    after: JSON.stringify({ services: 3, facilities: 6, desks: 1 }),
  });
  expect(textOf(await compare(admin, next))).toContain('変わるものはありません');
});

test('whoever looked at an older catalogue is shown the difference anew', async () => {
  const { admin, now } = await desk();
  const was = hidden((await compare(admin, { ...now, facilities: [] })).body, 'was');
  const other = { ...now, facilities: now.facilities.slice(1) };
  const first = hidden((await compare(admin, other)).body, 'was');
  await admin.submit(path, path, { catalogue: JSON.stringify(other), was: first });
  const late = await admin.submit(path, path, { catalogue: JSON.stringify({ ...now, facilities: [] }), was });
  expect([late.statusCode, textOf(late)]).toEqual([409, expect.stringContaining('新しい差分を確認')]);
});

test('what is wrong is named, and what was pasted stays', async () => {
  const { admin, now } = await desk();
  const broken = await compare(admin, '{"services": [');
  expect([broken.statusCode, textOf(broken)]).toEqual([422, expect.stringContaining('JSONとして読めません')]);
  expect(broken.body).toContain('{&quot;services&quot;: [');
  const wrong = await compare(admin, { ...now, facilities: [{ code: '1', name: { ja: 'x' }, service: 'none' }] });
  expect([wrong.statusCode, textOf(wrong)]).toEqual([422, expect.stringContaining('「none」がありません')]);
  await expectValidHtml(wrong.body);
});

test('a catalogue of 20,000 facilities goes through the form', async () => {
  const { admin, now } = await desk();
  const facilities = Array.from({ length: 20_000 }, (_none, n) => ({
    code: `f${n}`,
    name: { ja: `メール設備${n}` },
    service: 'mail',
  }));
  expect(textOf(await compare(admin, { ...now, facilities }))).toContain('追加 20000件');
});
