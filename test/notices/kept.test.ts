import { describe, expect, test } from 'vitest';
import { codeAt } from '../../src/staff/factor/code.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { smallCatalogue } from '../support/notices.ts';
import { Browser, csrfOf, PASSWORD, staffAt } from '../support/people.ts';

const NEW = '/console/notices/new';
const TEXT = '一行目\n二行目 <b>&"quote"</b>';
const hidden = (html: string, name: string) =>
  (new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Somebody with a long form open, as browsers send it. */
async function writing() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const browser = await staffAt(shirase, 'publisher');
  browser.headers['sec-fetch-site'] = 'same-origin';
  const page = await browser.get(NEW);
  const fields = { ...fieldsOn(page), 'title.ja': '件名です', 'body.ja': TEXT, _csrf: csrfOf(page), action: 'publish' };
  return { ...shirase, browser, fields };
}

describe('nothing typed is lost', () => {
  test('when the session has ended: the sign-in leads back to the form with the text', async () => {
    const { browser, fields, clock, db } = await writing();
    clock.advance(13 * HOUR);
    const refused = await browser.post('/console/notices', fields);
    expect([refused.statusCode, textOf(refused)]).toEqual([401, expect.stringContaining('有効期限が切れました')]);
    await expectValidHtml(refused.body);
    const kept = hidden(refused.body, 'kept');
    const wrong = await browser.post('/console/sign-in', {
      ...{ _csrf: csrfOf(refused), login: 'publisher', password: 'wrong', kept },
    });
    expect([wrong.statusCode, hidden(wrong.body, 'kept')]).toEqual([422, kept]);
    const signedIn = await browser.post('/console/sign-in', {
      ...{ _csrf: csrfOf(wrong), login: 'publisher', password: PASSWORD, kept },
    });
    expect([signedIn.statusCode, textOf(signedIn)]).toEqual([
      200,
      expect.stringContaining('入力した内容は残っています'),
    ]);
    await expectValidHtml(signedIn.body);
    expect(await db.kysely.selectFrom('notices').selectAll().execute()).toEqual([]);
    const back = await browser.post('/console/notices', {
      ...{ ...fields, _csrf: csrfOf(signedIn), action: 'preview' },
    });
    expect(fieldsOn(back)['body.ja']).toBe(TEXT);
  });

  test('nor on the way through the second step', async () => {
    const { browser, fields, clock } = await writing();
    const totp = '/console/account/totp';
    await browser.submit(totp, `${totp}/start`, { current: PASSWORD });
    const secret =
      /<code class="breaks">([A-Z2-7 ]+)</.exec((await browser.get(totp)).body)?.[1]?.replaceAll(' ', '') ?? '';
    await browser.submit(totp, `${totp}/confirm`, { code: codeAt(secret, clock.now()) });
    clock.advance(13 * HOUR);
    const refused = await browser.post('/console/notices', fields);
    const kept = hidden(refused.body, 'kept');
    const asked = await browser.post('/console/sign-in', {
      ...{ _csrf: csrfOf(refused), login: 'publisher', password: PASSWORD, kept },
    });
    expect([asked.statusCode, hidden(asked.body, 'kept')]).toEqual([200, kept]);
    clock.advance(MINUTE);
    const code = codeAt(secret, clock.now());
    const done = await browser.post('/console/sign-in/code', { _csrf: csrfOf(asked), code, kept });
    expect([done.statusCode, textOf(done)]).toEqual([200, expect.stringContaining('件名です')]);
  });

  test('when he signed in again in another window, whose token this form does not have', async () => {
    const { browser, fields } = await writing();
    await browser.submit('/console/sign-in', '/console/sign-in', { login: 'publisher', password: PASSWORD });
    const refused = await browser.post('/console/notices', fields);
    expect([refused.statusCode, textOf(refused)]).toEqual([403, expect.stringContaining('入力した内容は残っています')]);
    const back = await browser.post('/console/notices', { ...fields, _csrf: csrfOf(refused), action: 'preview' });
    expect(fieldsOn(back)['title.ja']).toBe('件名です');
  });

  test('but another site puts no words into our forms', async () => {
    const { app, browser, fields } = await writing();
    browser.headers['sec-fetch-site'] = 'cross-site';
    expect((await browser.post('/console/notices', fields)).body).not.toContain('件名です');
    const stranger = new Browser(app);
    for (const site of ['cross-site', 'none', undefined]) {
      if (site === undefined) delete stranger.headers['sec-fetch-site'];
      else stranger.headers['sec-fetch-site'] = site;
      expect((await stranger.post('/console/notices', fields)).body).not.toContain('件名です');
    }
    stranger.headers['sec-fetch-site'] = 'same-origin';
    const kept = JSON.stringify({ path: '//evil.example/console/notices', fields: { a: 'b' } });
    const page = await stranger.get('/console/sign-in');
    const answer = await stranger.post('/console/sign-in', {
      ...{ _csrf: csrfOf(page), login: 'publisher', password: PASSWORD, kept },
    });
    expect(answer.statusCode).toBe(303);
  });

  test('a report of 20,000 Japanese characters in two languages is not too large', async () => {
    const { browser, fields } = await writing();
    const long = '障'.repeat(20_000);
    const answer = await browser.post('/console/notices', {
      ...fields,
      'body.ja': long,
      'body.en': long,
      action: 'preview',
    });
    expect(answer.statusCode).toBeLessThan(423);
    expect(answer.body).toContain(long);
  });
});
