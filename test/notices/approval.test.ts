import { expect, test } from 'vitest';
import { publishScheduled } from '../../src/notices/drafts/schedule.ts';
import { findNotice } from '../../src/notices/read.ts';
import { addStaff } from '../../src/staff/add-staff.ts';
import { auditTrail, SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { HOUR } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { barriersFor } from '../support/barriers.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { smallCatalogue } from '../support/notices.ts';
import { Browser, csrfOf, keyFor, PASSWORD, staffAt } from '../support/people.ts';

const ID = '20140306-1';
const EDIT = `/console/notices/${ID}/edit`;
const APPROVAL = `/console/notices/${ID}/approval`;
const FIRST = {
  ...{ 'title.ja': '件名', occurredAt: '2014-03-06T07:34', 'impacts.0.service': 'mail', 'body.ja': '本文です。' },
};

/** First reports need a second person. Somebody has written one and asked for approval. */
async function asked() {
  const shirase = await startApp();
  const { db, clock, app } = shirase;
  await smallCatalogue(db);
  await changeSettings(db, clock, SYSTEM, { secondPersonFor: ['first'] });
  const writer = await staffAt(shirase, 'publisher');
  await addStaff(db, clock, SYSTEM, { login: 'second', name: '二人目', role: 'publisher', password: PASSWORD });
  const second = new Browser(app);
  await second.submit('/console/sign-in', '/console/sign-in', { login: 'second', password: PASSWORD });
  const page = await writer.get('/console/notices/new');
  const sent = { ...fieldsOn(page), ...FIRST, _csrf: csrfOf(page) };
  const press = async (by: Browser, action: string, changes: Record<string, string> = {}) => {
    const form = await by.get(EDIT);
    return by.post(EDIT, { ...fieldsOn(form), ...changes, _csrf: csrfOf(form), action });
  };
  const approve = async (by: Browser) => {
    const shown = await by.get(APPROVAL);
    const seen = /name="seen" value="([^"]+)"/.exec(shown.body)?.[1] ?? '';
    return by.post(APPROVAL, { _csrf: csrfOf(shown), seen, action: 'approve' });
  };
  const out = async () => (await findNotice(db.kysely, ID))?.reports.length ?? 0;
  const alone = await writer.post('/console/notices', { ...sent, action: 'publish' });
  expect([alone.statusCode, textOf(alone)]).toEqual([403, expect.stringContaining('ほかの担当者の承認がないと')]);
  const answer = await writer.post('/console/notices', { ...sent, action: 'ask' });
  expect(answer.headers.location).toBe(`${APPROVAL}?done=asked`);
  return { ...shirase, writer, second, press, approve, out };
}

test('a text is published once another person has approved it word for word, and not by its writer', async () => {
  const { writer, second, press, approve, out, db } = await asked();
  expect((await approve(writer)).statusCode).toBe(403);
  expect((await press(writer, 'publish')).statusCode).toBe(403);
  expect((await approve(second)).headers.location).toBe(`${APPROVAL}?done=approved`);
  expect(textOf(await writer.get(`/console/notices/${ID}`))).toContain('承認済み（二人目）');
  const changed = await press(writer, 'publish', { 'body.ja': '別の本文です。' });
  expect([changed.statusCode, textOf(changed)]).toEqual([403, expect.stringContaining('承認のあとで文面が変更された')]);
  expect(await out()).toBe(0);
  expect((await press(writer, 'publish')).headers.location).toBe(`/console/notices/${ID}?published=1`);
  expect(await out()).toBe(1);
  const acts = (await auditTrail(db.kysely, { subject: ID, limit: 9 })).map(({ act, who }) => [act, who]);
  expect(acts).toEqual(expect.arrayContaining([['report:approve', '二人目']]));
});

test('the page with the text to approve is without barriers', async () => {
  const { app, second } = await asked();
  const found = await barriersFor(app, second, [
    [APPROVAL, 390, 'light'],
    [`/en${APPROVAL}`, 1280, 'dark'],
  ]);
  expect(found).toEqual([]);
});

test('whoever changed the text is no second person for it', async () => {
  const { writer, second, press, approve } = await asked();
  const page = await second.get(APPROVAL);
  await press(second, 'draft', { 'body.ja': '二人目の本文です。' });
  const seen = /name="seen" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const stale = await second.post(APPROVAL, { _csrf: csrfOf(page), seen, action: 'approve' });
  expect(stale.statusCode).toBe(409);
  await press(writer, 'ask');
  expect((await approve(second)).statusCode).toBe(403);
});

test('neither a set time nor a program gets around it', async () => {
  const { ground, writer, second, press, approve, out, clock, app, db } = await asked();
  const scheduled = { ...ground, announce: () => {} };
  await press(writer, 'schedule', { publishAt: '2014-03-06T09:00' });
  clock.advance(HOUR);
  expect(await publishScheduled(scheduled)).toBe(0);
  expect(textOf(await writer.get(`/console/notices/${ID}`))).toContain('ほかの担当者の承認がないと');
  const headers = await keyFor(db, clock, 'notices:write');
  const impact = { service: 'mail', facilities: 'all', symptom: 'degraded', startedAt: '2014-03-06T07:34:00+09:00' };
  const payload = {
    ...{ kind: 'fault', title: { ja: '件名' }, occurredAt: '2014-03-06T07:34:00+09:00', impacts: [impact] },
    ...{ report: { phase: 'first', body: { ja: '本文です。' }, mail: false }, publish: true },
  };
  expect((await app.inject({ method: 'POST', url: '/api/v1/notices', headers, payload })).statusCode).toBe(403);
  await press(writer, 'schedule', { publishAt: '2014-03-06T10:00' });
  await approve(second);
  clock.advance(HOUR);
  expect(await publishScheduled(scheduled)).toBe(1);
  expect(await out()).toBe(1);
});
