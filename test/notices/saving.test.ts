import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { auditTrail } from '../../src/staff/audit.ts';
import { MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn } from '../support/console.ts';
import { testGround } from '../support/ground.ts';
import { faultInput, publisher, smallCatalogue } from '../support/notices.ts';
import { csrfOf, keyFor, staffAt } from '../support/people.ts';

const NEW = '/console/notices/new';

interface Saved {
  id: string;
  version: number;
  edit: string;
  others: { name: string }[];
}

/** Somebody who types, as public/draft.js sends it. */
async function writing() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const author = await staffAt(shirase, 'author');
  const page = await author.get(NEW);
  const fields = { ...fieldsOn(page), _csrf: csrfOf(page) };
  return { ...shirase, author, fields };
}

describe('a draft is saved while it is typed', () => {
  test('opens one notice, grows with the text, and is there after a reload', async () => {
    const { author, fields } = await writing();
    const first = await author.post('/console/notices/autosave', { ...fields, 'title.ja': '件' });
    const { id, version, edit } = first.json<Saved>();
    expect([first.statusCode, version, edit]).toEqual([200, 1, `/console/notices/${id}/edit`]);
    const again = await author.post('/console/notices/autosave', { ...fields, 'title.ja': '件', version: '1' });
    expect(again.json<Saved>().id).toBe(id);
    const next = { ...fields, 'title.ja': '件名', 'body.ja': '途中まで', version: String(again.json<Saved>().version) };
    const second = await author.post(`/console/notices/${id}/autosave`, next);
    expect(second.statusCode).toBe(200);
    expect(fieldsOn(await author.get(edit))).toMatchObject({ 'title.ja': '件名', 'body.ja': '途中まで' });
  });

  test('two who write on one are told of each other, and nobody’s text is overwritten', async () => {
    const { author, fields, clock, ...shirase } = await writing();
    const { id } = (await author.post('/console/notices/autosave', { ...fields, 'body.ja': '一人目' })).json<Saved>();
    const other = await staffAt({ ...shirase, clock }, 'publisher');
    const page = await other.get(`/console/notices/${id}/edit`);
    const theirs = { ...fieldsOn(page), _csrf: csrfOf(page), 'body.ja': '二人目' };
    const saved = await other.post(`/console/notices/${id}/autosave`, theirs);
    expect(saved.json<Saved>().others).toMatchObject([{ name: '担当 author' }]);
    const late = await author.post(`/console/notices/${id}/autosave`, {
      ...fields,
      'body.ja': '一人目 続き',
      version: '1',
    });
    expect([late.statusCode, late.json<{ message: string }>().message]).toEqual([409, expect.stringContaining('先に')]);
    expect(fieldsOn(await author.get(`/console/notices/${id}/edit`))['body.ja']).toBe('二人目');
    const token = { _csrf: fields._csrf ?? '' };
    expect((await author.post(`/console/notices/${id}/here`, token)).json<Saved>().others).toHaveLength(1);
    clock.advance(2 * MINUTE);
    expect((await author.post(`/console/notices/${id}/here`, token)).json<Saved>().others).toEqual([]);
  });

  test('a report that a program publishes meanwhile takes nobody’s text away', async () => {
    const { author, app, db, clock } = await writing();
    const { id } = await publishNotice({ ...testGround(db, clock), announce: () => {} }, publisher, faultInput());
    const page = await author.get(`/console/notices/${id}/report`);
    const typed = { ...fieldsOn(page), _csrf: csrfOf(page), 'body.ja': '途中まで' };
    expect((await author.post(`/console/notices/${id}/autosave`, typed)).statusCode).toBe(200);
    const answer = await app.inject({
      method: 'POST',
      url: `/api/v1/notices/${id}/reports`,
      headers: await keyFor(db, clock, 'notices:write'),
      payload: { phase: 'update', body: '監視からの続報', publish: true },
    });
    expect(answer.statusCode).toBe(201);
    expect(fieldsOn(await author.get(`/console/notices/${id}/report`))['body.ja']).toBe('途中まで');
  });

  test('a page whose session was renewed elsewhere goes on with the new token', async () => {
    const { author } = await writing();
    const { token } = (await author.get('/console/token')).json<{ token: string }>();
    expect((await author.post('/console/notices/autosave', { _csrf: token, kind: 'fault' })).statusCode).toBe(200);
  });

  test('is thrown away by its button, and what it said stands in the trail', async () => {
    const { author, fields, db } = await writing();
    const { id } = (await author.post('/console/notices/autosave', { ...fields, 'body.ja': '要らない' })).json<Saved>();
    const token = { _csrf: fields._csrf ?? '' };
    expect((await author.post(`/console/notices/${id}/discard`, token)).statusCode).toBe(303);
    expect(await db.kysely.selectFrom('drafts').selectAll().execute()).toEqual([]);
    const entry = (await auditTrail(db.kysely, { subject: id, limit: 9 })).find((one) => one.act === 'draft:discard');
    expect(entry?.before).toContain('要らない');
    expect((await author.post(`/console/notices/${id}/discard`, token)).statusCode).toBe(404);
  });
});
