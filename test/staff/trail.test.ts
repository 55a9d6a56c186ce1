import { expect, test } from 'vitest';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings, readSettings } from '../../src/staff/settings.ts';
import { startApp } from '../support/app.ts';
import { barriersFor } from '../support/barriers.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { keyFor, staffAt } from '../support/people.ts';

interface Answer {
  entries: { id: string; at: string; act: string; subject: { id: string }; before: unknown; after: unknown }[];
  next: string | null;
  lookedTo: string | null;
}

/** A trail of so many entries, one a second, in which one in a thousand speaks of a generator. */
async function longTrail(entries: number) {
  const shirase = await startApp();
  const start = Date.parse('2014-01-01T00:00:00+09:00');
  for (let from = 0; from < entries; from += 1000) {
    const rows = Array.from({ length: Math.min(1000, entries - from) }, (_, index) => {
      const n = from + index;
      return {
        id: String(n).padStart(24, '0'),
        at: start + Math.floor(n / 2) * 1000,
        actor_kind: 'staff' as const,
        actor_id: `s${n % 7}`,
        actor_name: `担当${n % 7}`,
        act: n % 3 === 0 ? 'report:publish' : 'posting:record',
        subject_kind: 'notice',
        subject_id: `20140101-${n % 50}`,
        before_json: JSON.stringify({ number: n, text: '=1+1' }),
        after_json: JSON.stringify({ number: n + 1, text: n % 1000 === 0 ? '発電機 100%' : '通常' }),
      };
    });
    await shirase.db.kysely.insertInto('audit_entries').values(rows.slice(0, 500)).execute();
    if (rows.length > 500) await shirase.db.kysely.insertInto('audit_entries').values(rows.slice(500)).execute();
  }
  const key = await keyFor(shirase.db, shirase.clock, 'audit:read');
  const ask = async (query: string) => {
    const answer = await shirase.app.inject({ url: `/api/v1/audit?${query}`, headers: key });
    expect([query, answer.statusCode]).toEqual([query, 200]);
    return answer.json<Answer>();
  };
  return { ...shirase, ask, key };
}

test('pages of the trail neither miss nor repeat an entry, though many stand at one moment and more are written', async () => {
  const { ask, db, clock } = await longTrail(500);
  const seen: string[] = [];
  for (let page = await ask('limit=60&subject=20140101-3'); ; page = await ask(`limit=60&before=${page.next}`)) {
    seen.push(...page.entries.map((entry) => entry.id));
    await changeSettings(db, clock, SYSTEM, {
      ...(await readSettings(db.kysely)),
      firstReportMinutes: 5 + seen.length,
    });
    if (page.next === null) break;
  }
  const whole: string[] = [];
  for (let page = await ask('limit=7'); ; page = await ask(`limit=7&before=${page.next}`)) {
    whole.push(...page.entries.filter((entry) => entry.act !== 'setting:change').map((entry) => entry.id));
    if (page.next === null) break;
  }
  expect(seen).toHaveLength(10);
  expect(whole.filter((id) => /^\d+$/.test(id))).toEqual(
    Array.from({ length: 500 }, (_, n) => String(499 - n).padStart(24, '0')),
  );
});

test('the trail is searched by person, act, subject, time and words together, and says how far it looked', async () => {
  const { ask, app, key } = await longTrail(25_000);
  const all = async (query: string) => {
    let page = await ask(`limit=200&${query}`);
    const found = [...page.entries];
    while (page.next !== null) {
      page = await ask(`limit=200&${query}&before=${page.next}`);
      found.push(...page.entries);
    }
    return found;
  };
  expect(await all(`words=${encodeURIComponent('発電機 100%')}`)).toHaveLength(25);
  const first = await ask(`words=${encodeURIComponent('発電機')}`);
  expect([first.entries.length, first.lookedTo]).toEqual([19, '2014-01-01T00:41:40+09:00']);
  const both = await all(`who=${encodeURIComponent('担当3')}&act=report:publish&subject=20140101-45`);
  expect(both).toHaveLength(
    Array.from({ length: 25_000 }, (_, n) => n).filter((n) => n % 7 === 3 && n % 3 === 0 && n % 50 === 45).length,
  );
  const day = `from=2014-01-01T00:00:10%2B09:00&to=2014-01-01T00:00:20%2B09:00`;
  expect((await all(day)).map((entry) => entry.at).sort()[0]).toBe('2014-01-01T00:00:10+09:00');
  expect(await all(day)).toHaveLength(20);
  expect((await app.inject({ url: '/api/v1/audit?before=x', headers: key })).statusCode).toBe(422);
});

test('people read before and after field by field, and take the same along as a file', async () => {
  const shirase = await longTrail(1200);
  const { db, clock } = shirase;
  await changeSettings(db, clock, SYSTEM, { ...(await readSettings(db.kysely)), firstReportMinutes: 17 });
  const staff = await staffAt(shirase, 'publisher');
  const page = await staff.get('/console/audit?subject=firstReportMinutes');
  await expectValidHtml(page.body);
  expect(textOf(page)).toMatch(/設定の変更 実行: shirase 対象: setting firstReportMinutes .* 前 後 値 30 17/);
  const wrong = await staff.get('/console/audit?from=yesterday&words=x');
  expect(wrong.statusCode).toBe(422);
  expect(wrong.body).toContain('value="yesterday"');
  const file = await staff.get('/console/audit.csv?words=%E7%99%BA%E9%9B%BB%E6%A9%9F');
  expect(file.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(file.body.startsWith('\uFEFFat,actor_kind,actor,act,subject_kind,subject,before,after\r\n')).toBe(true);
  expect(file.body.trim().split('\r\n')).toHaveLength(3);
  const everything = await staff.get('/console/audit.csv');
  expect(everything.body.trim().split('\r\n').length).toBeGreaterThan(1201);

  const found = await barriersFor(shirase.app, staff, [
    ['/console/audit?subject=20140101-7', 390, 'light'],
    ['/en/console/audit?words=%E7%99%BA%E9%9B%BB%E6%A9%9F', 1280, 'dark'],
  ]);
  expect(found).toEqual([]);
}, 120_000);
