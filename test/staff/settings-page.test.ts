import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readSettings } from '../../src/staff/settings.ts';
import { fieldKind, meant, shown, typed } from '../../src/staff/settings-page/fields.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { staffAt } from '../support/people.ts';

const PAGE = '/console/settings';

async function office() {
  const shirase = await startApp();
  const admin = await staffAt(shirase, 'admin');
  const save = (fields: Record<string, string>) => admin.submit(PAGE, PAGE, fields);
  return { ...shirase, admin, save };
}

describe('the page of settings', () => {
  test('shows every setting with its words in both languages, and takes a change', async () => {
    const { admin, save, db } = await office();
    for (const path of [PAGE, `/en${PAGE}`]) {
      const page = await admin.get(path);
      await expectValidHtml(page.body);
      for (const key of Object.keys(await readSettings(db.kysely))) expect(page.body).toMatch(`name="was.${key}"`);
      expect(page.body).not.toMatch(/undefined|\[object/);
    }
    expect(textOf(await admin.get(`/en${PAGE}`))).toContain('First report within');
    const answer = await save({ 'was.firstReportMinutes': '30', firstReportMinutes: ' ２０ ' });
    expect(answer.headers.location).toBe('/console/settings?saved=1');
    expect(await readSettings(db.kysely)).toMatchObject({ firstReportMinutes: 20, updateMinutes: 60 });
    expect(textOf(await admin.get(PAGE))).toContain('担当 admin が変更');
  });

  test('names every wrong value, changes nothing and keeps what was typed', async () => {
    const { save, db } = await office();
    const answer = await save({
      'was.firstReportMinutes': '30',
      firstReportMinutes: 'soon',
      'was.updateMinutes': '60',
      updateMinutes: '5',
    });
    expect(answer.statusCode).toBe(422);
    expect(textOf(answer)).toContain('初報までの時間: 5から240までの数字で入力してください。');
    expect(textOf(answer)).toContain('続報の間隔: 10以上にしてください。');
    expect(answer.body).toContain('value="soon"');
    await expectValidHtml(answer.body);
    expect(await readSettings(db.kysely)).toMatchObject({ firstReportMinutes: 30, updateMinutes: 60 });
  });

  test('does not undo what a colleague set while the page was open', async () => {
    const { save, db } = await office();
    const shownAtFirst = { 'was.firstReportMinutes': '30', firstReportMinutes: '30', 'was.updateMinutes': '60' };
    await save({ ...shownAtFirst, firstReportMinutes: '25', updateMinutes: '60' });
    await save({ ...shownAtFirst, updateMinutes: '45' });
    expect(await readSettings(db.kysely)).toMatchObject({ firstReportMinutes: 25, updateMinutes: 45 });
  });

  test('is for administrators', async () => {
    const shirase = await startApp();
    const publisher = await staffAt(shirase, 'publisher');
    expect((await publisher.get(PAGE)).statusCode).toBe(403);
    expect((await publisher.get('/console')).body).not.toContain(PAGE);
  });
});

test('a setting of every kind can be typed and comes back as it was', () => {
  const kinds: [z.ZodType, unknown, 'time' | 'url' | undefined][] = [
    [z.int().min(1).max(9).default(3), 4, undefined],
    [z.boolean().default(false), true, undefined],
    [z.boolean().default(true), false, undefined],
    [z.enum(['none', 'all']).default('none'), 'all', undefined],
    [z.array(z.enum(['first', 'update', 'final'])).default([]), ['first', 'final'], undefined],
    [z.array(z.string().max(80)).default([]), ['a@example.jp', 'b@example.jp'], undefined],
    [z.string().default(''), 'https://example.jp/hook', 'url'],
    [z.string().default('00:00'), '23:30', 'time'],
  ];
  for (const [schema, value, as] of kinds) {
    const field = fieldKind(schema, as ? { as } : {});
    const text = shown(value);
    const body =
      field.kind === 'list' ? Object.fromEntries(text.split('\n').map((one) => [`key.${one}`, 'on'])) : { key: text };
    expect(typed('key', field, body)).toBe(text);
    expect(meant('key', field, text, [])).toEqual(value);
  }
});
