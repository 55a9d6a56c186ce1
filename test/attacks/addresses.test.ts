import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeBack } from '../../src/http/audience.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { faultInput, publisher, smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt, PASSWORD } from '../support/people.ts';
import { startSite } from '../support/site.ts';

const SEED = 20140306;

/** What a proxy, a cache or a careless library might believe. RELIABILITY S12, S13 */
const FORGED = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'gopher',
  'x-forwarded-for': '203.0.113.9, 127.0.0.1',
  forwarded: 'for=203.0.113.9;host=evil.example;proto=http',
  'x-original-url': '/console',
  'x-rewrite-url': '/console',
  'x-http-method-override': 'DELETE',
  'accept-language': 'en',
  cookie: 'staff=evil; session=evil',
};

describe('what everybody reads', () => {
  test('is the same bytes whatever a request claims: no cache can be made to keep a stranger’s words', async () => {
    const site = await startSite();
    const { id } = await publishNotice(site.notices, publisher, faultInput());
    await site.get('/');
    const paths = site.app.edition.paths().filter((path) => !site.app.edition.printed?.sheet(path)?.aside);
    expect(paths.length).toBeGreaterThan(30);
    const different: string[] = [];
    for (const path of paths) {
      const plain = await site.app.inject({ url: path });
      const forged = await site.app.inject({ url: path, headers: FORGED });
      if (plain.body !== forged.body || plain.headers.etag !== forged.headers.etag) different.push(path);
      if (forged.headers['set-cookie'] !== undefined || /evil\.example/.test(forged.body))
        different.push(`${path}: evil`);
    }
    expect(different).toEqual([]);
    const asked = await site.app.inject({ url: `/notices/${id}?utm=<script>&x-evil=1`, headers: FORGED });
    expect(asked.body).toBe((await site.app.inject({ url: `/notices/${id}` })).body);
  });

  test('names our own address in every link, never the one that it was asked under', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    for (const url of ['/my', '/my/sign-in', '/console', '/nowhere', '/en/console/sign-in', '/api/openapi.json']) {
      const answer = await shirase.app.inject({ url, headers: FORGED });
      expect(`${answer.body}${JSON.stringify(answer.headers)}`, url).not.toContain('evil.example');
    }
  });
});

describe('the way back after signing in', () => {
  test('leads to a page of ours, whatever was asked for', () => {
    const part = fc.constantFrom(
      '/',
      '//',
      '\\',
      'http:',
      'https://',
      'evil.example',
      '@',
      '%2f',
      '%5c',
      '\t',
      '\n',
      '?',
      '#',
      '.',
      'javascript:',
      'en',
      'my',
      ' ',
      '\u2028',
      '／',
      'data:',
    );
    const odd = fc.oneof(
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.webUrl(),
      fc.string({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(odd, (back) => {
        const target = new URL(safeBack(back, '/my'), 'https://status.example');
        expect(target.origin).toBe('https://status.example');
      }),
      { numRuns: 3000, seed: SEED },
    );
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/\t/evil.example',
    'javascript:alert(1)',
    ['/a', '//evil.example'],
  ])('is not %s', async (back) => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    await customerAt(shirase, 'taro', ['121']);
    const answer = await new Browser(shirase.app).submit('/my/sign-in', '/my/sign-in', {
      login: 'taro',
      password: PASSWORD,
      back,
    });
    expect(String(answer.headers.location ?? '/')).toMatch(/^\/(?![/\\])/);
    expect(answer.statusCode).toBeLessThan(500);
  });
});
