import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expandAll } from '../../src/alerts/expand.ts';
import { loadExample } from '../../src/cli/example.ts';
import { loadPostings, loadPublished } from '../../src/notices/read.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { at } from '../support/clock.ts';
import { Browser, keyFor } from '../support/people.ts';

interface Vector {
  equipment: string;
  at: string;
  expected_equipment_notices: string[];
  expected_service_wide_notices: string[];
  expected_mail_stopped: boolean;
}

const day = JSON.parse(readFileSync('test/fixtures/ocn-2014-03-06.json', 'utf8')) as { lookup_vectors: Vector[] };

/** The example's notices by the names of the day's record. */
const IDS: Record<string, string> = {
  'notice-1': '20140306-1',
  'notice-2': '20140306-2',
  'notice-3': '20140306-3',
  'notice-4': '20140306-4',
};

async function loaded() {
  const shirase = await startApp({ now: '2014-08-07T09:00:00+09:00' });
  const told = await loadExample(shirase.ground);
  await shirase.app.edition.refresh();
  return { ...shirase, told };
}

describe('the example operator', () => {
  test('is 6 March 2014: four notices of one root fault, posted when they were', async () => {
    const { db, told } = await loaded();
    const notices = (await loadPublished(db.kysely)).filter((notice) => notice.id.startsWith('20140306'));
    expect(notices.map((notice) => notice.rootId)).toEqual(Array(4).fill('20140306-1'));
    const postings = (await loadPostings(db.kysely, ['20140306-1'])).get('20140306-1') ?? [];
    const minutes = (surface: string) => {
      const first = postings.find((posting) => posting.surface === surface);
      return first && (first.postedAt - at('2014-03-06T07:34:00+09:00')) / 60_000;
    };
    expect([minutes('support'), minutes('ocn_top'), minutes('official_top'), minutes('press')]).toEqual([
      26, 146, 146, 386,
    ]);
    for (const login of ['author', 'publisher', 'admin', 'hanako', 'taro', 'jiro']) expect(told).toContain(login);
  });

  test('mails nobody about history', async () => {
    const { db, clock } = await loaded();
    await expandAll(alertGround(db, clock));
    expect(await db.kysely.selectFrom('mails').selectAll().execute()).toEqual([]);
  });

  test('its people can sign in and see the broken, the healthy and the two mailboxes', async () => {
    const { app } = await loaded();
    const headlines: Record<string, string> = {};
    for (const login of ['hanako', 'taro', 'jiro']) {
      const browser = new Browser(app);
      await browser.submit('/my/sign-in', '/my/sign-in', { login, password: 'shirase-example' });
      headlines[login] = /<h1[^>]*>([^<]*)/.exec((await browser.get('/my')).body)?.[1] ?? '';
    }
    expect(headlines.hanako).toContain('現在ご利用いただけません');
    expect(headlines.taro).toContain('正常です');
    expect(headlines.jiro).toContain('2件のうち1件');
  });

  test('answers the lookup minute by minute as the day’s record does', async () => {
    const shirase = await loaded();
    const { app, db, clock } = shirase;
    const { addCustomer } = await import('../../src/customers/add-customer.ts');
    const people = new Map<string, Browser>();
    clock.set('2014-03-06T07:00:00+09:00');
    for (const unit of new Set(day.lookup_vectors.map((vector) => vector.equipment.slice(-3)))) {
      const login = `user-${unit}`;
      await addCustomer(db, clock, {
        login,
        password: 'a password of tests',
        mailboxes: [{ address: `${login}@m${unit}.ocn.example`, facility: unit }],
      });
      const browser = new Browser(app);
      await browser.submit('/my/sign-in', '/my/sign-in', { login, password: 'a password of tests' });
      people.set(unit, browser);
    }
    expect(day.lookup_vectors).toHaveLength(20);
    for (const vector of day.lookup_vectors) {
      clock.set(vector.at);
      const unit = vector.equipment.slice(-3);
      const answer = await people.get(unit)?.get('/api/v1/me/mail-status');
      const [mailbox] =
        answer?.json<{ mailboxes: { state: string; symptoms: string[]; notices: { id: string }[] }[] }>().mailboxes ??
        [];
      const expected = [...vector.expected_equipment_notices, ...vector.expected_service_wide_notices].map(
        (name) => IDS[name],
      );
      expect(mailbox?.notices.map((notice) => notice.id).sort(), `${unit} at ${vector.at}`).toEqual(expected.sort());
      expect(mailbox?.symptoms.includes('unavailable'), `${unit} at ${vector.at}`).toBe(vector.expected_mail_stopped);
      expect(mailbox?.state).toBe(expected.length > 0 ? 'fault' : 'normal');
    }
  });

  test('the portal may change a password again once the own server works', async () => {
    const { app, db, clock } = await loaded();
    const headers = await keyFor(db, clock, 'portal:read');
    const ask = async (address: string) =>
      (await app.inject({ url: `/api/v1/mailboxes/${address}/password-change`, headers })).json<{
        allowed: boolean;
        notice?: { id: string };
      }>();
    clock.set('2014-03-06T15:00:00+09:00');
    const closed = await ask('hanako@m121.ocn.example');
    expect(closed).toMatchObject({ allowed: false, reason: { ja: expect.stringContaining('パスワード') as string } });
    expect((await ask('nobody@m999.ocn.example')).allowed).toBe(true);
    clock.set('2014-03-06T21:26:00+09:00');
    expect((await ask('hanako@m121.ocn.example')).allowed).toBe(true);
  });
});
