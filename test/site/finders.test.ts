import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { DAY } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { freshDatabase } from '../support/database.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, publisher, smallCatalogue } from '../support/notices.ts';
import { childrenOf, parseXml, textOf } from '../support/xml.ts';

const SITEMAP = (name: string) => `{http://www.sitemaps.org/schemas/sitemap/0.9}${name}`;
const XHTML = (name: string) => `{http://www.w3.org/1999/xhtml}${name}`;
const AT = 'http://status.example';

async function ready({ securityContact }: { securityContact?: string } = {}) {
  const db = await freshDatabase();
  await smallCatalogue(db);
  const operator = {
    name: { ja: 'OCN', en: 'OCN' },
    timeZone: 'Asia/Tokyo',
    ...(securityContact && { securityContact }),
  };
  const shirase = await startApp({ db, operator });
  const get = async (url: string) => {
    await shirase.app.edition.refresh();
    return shirase.app.inject({ url });
  };
  const publish = (title: string) =>
    publishNotice({ ...shirase.ground, announce: () => {} }, publisher, faultInput({ title: { ja: title } }));
  return { ...shirase, get, publish };
}

describe('search engines', () => {
  test('find every page for readers in the sitemap, in both languages, with when it last changed', async () => {
    const { app, get, publish } = await ready();
    const { id } = await publish('メールの故障');
    const sitemap = await get('/sitemap.xml');
    expect(sitemap.headers['content-type']).toBe('application/xml; charset=utf-8');
    const urls = childrenOf(parseXml(sitemap.body), SITEMAP('url'));
    const listed = urls.map((url) => textOf(url, SITEMAP('loc'))?.replace(AT, ''));
    const pages = app.edition
      .paths()
      .filter((path) => app.edition.printed?.sheet(path)?.type.startsWith('text/html'))
      .filter((path) => !/\?still$|\/press$|banner\.html$|^(\/en)?\/text(\/|$)/.test(path));
    expect([...listed].sort()).toEqual([...pages].sort());
    const notice = urls[listed.indexOf(`/en/notices/${id}`)];
    if (!notice) throw new Error('the notice is missing');
    expect(textOf(notice, SITEMAP('lastmod'))).toBe('2014-03-06T08:00:00+09:00');
    const others = childrenOf(notice, XHTML('link')).map(({ attributes }) => [attributes.hreflang, attributes.href]);
    expect(others).toEqual([
      ['ja', `${AT}/notices/${id}`],
      ['en', `${AT}/en/notices/${id}`],
      ['x-default', `${AT}/notices/${id}`],
    ]);
  });

  test('are led by robots.txt to the sitemap, and away from what is for one person', async () => {
    const { get } = await ready();
    const lines = (await get('/robots.txt')).body.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['User-agent: *', 'Disallow: /my', 'Disallow: /en/console']));
    expect(lines).toContain(`Sitemap: ${AT}/sitemap.xml`);
    // It has one address.
    expect((await get('/en/robots.txt')).statusCode).toBe(404);
  });

  test('see of each page which address is its own and where it stands in the other language', async () => {
    const { get, publish } = await ready();
    const { id } = await publish('メールの故障');
    for (const path of ['/', '/works', '/history', '/history/2014-03', '/embed', `/notices/${id}`, '/history/search']) {
      const english = path === '/' ? '/en' : `/en${path}`;
      for (const own of [path, english]) {
        const { body } = await get(own);
        expect(body, own).toContain(`<link rel="canonical" href="${AT}${own}">`);
        expect(body, own).toContain(`<link rel="alternate" hreflang="ja" href="${AT}${path}">`);
        expect(body, own).toContain(`<link rel="alternate" hreflang="en" href="${AT}${english}">`);
        expect(body, own).toContain(`<link rel="alternate" hreflang="x-default" href="${AT}${path}">`);
      }
    }
    // The page that stands still is the same page.
    expect((await get(`/notices/${id}?still`)).body).toContain(`<link rel="canonical" href="${AT}/notices/${id}">`);
    const missing = await get('/notices/20990101-1');
    expect([missing.statusCode, /canonical|hreflang="(x-default)"/.test(missing.body)]).toEqual([404, false]);
  });

  test('read an open notice as news of the operator, whatever its title tries', async () => {
    const { get, publish } = await ready();
    const title = '</script><script>alert(1)</script>の故障';
    const { id } = await publish(title);
    const { body } = await get(`/notices/${id}`);
    await expectValidHtml(body);
    const [, json = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(body) ?? [];
    expect(JSON.parse(json)).toMatchObject({
      '@type': 'NewsArticle',
      headline: title,
      url: `${AT}/notices/${id}`,
      datePublished: '2014-03-06T08:00:00+09:00',
      temporalCoverage: '2014-03-06T07:34:00+09:00/..',
      about: [{ '@type': 'Service', name: 'OCNメール' }],
    });
    expect((await get('/')).body).not.toContain('ld+json');
  });
});

describe('security.txt', () => {
  test('says whom to tell and runs out within a year, renewed each day', async () => {
    const { get, clock } = await ready({ securityContact: 'mailto:security@example.jp' });
    const path = '/.well-known/security.txt';
    const lines = (await get(path)).body.split('\n');
    expect(lines).toEqual([
      'Contact: mailto:security@example.jp',
      'Expires: 2015-03-01T00:00:00Z',
      'Preferred-Languages: ja, en',
      `Canonical: ${AT}${path}`,
      '',
    ]);
    clock.advance(DAY);
    const answer = await get(path);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body).toContain('Expires: 2015-03-02T00:00:00Z');
  });

  test('is missing where nobody is named', async () => {
    const { get } = await ready();
    expect((await get('/.well-known/security.txt')).statusCode).toBe(404);
  });
});
