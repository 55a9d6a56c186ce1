import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadExample } from '../../src/cli/example.ts';
import { assetFiles } from '../../src/http/assets.ts';
import { startApp } from '../support/app.ts';
import { engine } from '../support/database.ts';
import { expectValidHtml } from '../support/html.ts';

/** What a person on a narrow line waits for: the page with all that it asks for. */
const MOST = 30 * 1024;

describe.skipIf(engine !== 'sqlite')('every page that everybody can read, with the example loaded', () => {
  async function pages() {
    const shirase = await startApp({ now: '2014-08-07T09:00:00+09:00' });
    await loadExample(shirase.ground);
    await shirase.app.edition.refresh();
    const paths = shirase.app.edition.paths();
    const { printed } = shirase.app.edition;
    const pages = paths.filter((path) => printed?.sheet(path)?.type.startsWith('text/html'));
    const html = pages.map((path) => ({ path, text: printed?.page(path)?.identity().toString() ?? '' }));
    return { ...shirase, paths, html };
  }

  test('is valid HTML in its language, with one h1, a title and a main part', async () => {
    const { html } = await pages();
    expect(html.length).toBeGreaterThan(30);
    for (const { path, text } of html) {
      await expectValidHtml(text).catch((error: unknown) => {
        throw new Error(`${path}: ${String(error)}`);
      });
      expect(text, path).toContain(`<html lang="${/^\/en(\/|\?|$)/.test(path) ? 'en' : 'ja'}"`);
      expect(text.match(/<h1[ >]/g)?.length ?? 0, path).toBe(path.endsWith('/banner.html') ? 0 : 1);
      expect(text, path).toMatch(/<title>[^<]{3,}<\/title>/);
      // What is nobody's word: an empty value of ours that slipped through.
      expect(text, path).not.toMatch(/undefined|\[object Object\]|NaN|Invalid Date/);
    }
  });

  test('names its whole address, its other language and a picture that is there, for who finds it or passes it on', async () => {
    const { app, html } = await pages();
    const pictures = new Set<string>();
    for (const { path, text } of html.filter((one) => !/\/banner\.html$|^(\/en)?\/text\b/.test(one.path))) {
      const [, canonical = ''] = /<link rel="canonical" href="http:\/\/status\.example(\/[^"]*)">/.exec(text) ?? [];
      expect(app.edition.page(canonical), `${path} is at ${canonical}`).toBeDefined();
      for (const language of ['ja', 'en', 'x-default']) {
        expect(text, path).toContain(`<link rel="alternate" hreflang="${language}" href="http://status.example/`);
      }
      const [, picture = ''] = /property="og:image" content="http:\/\/status\.example(\/[^"]+)"/.exec(text) ?? [];
      pictures.add(picture);
    }
    expect(pictures.size).toBeGreaterThan(1);
    for (const picture of pictures)
      expect(app.edition.printed?.sheet(picture.split('?')[0] ?? ''), picture).toBeDefined();
  });

  test('weighs less than 30 KB with all that it asks for, and asks nobody else', async () => {
    const { app, html } = await pages();
    const assets = new Map(assetFiles(app.operator).map(({ path, bytes }) => [path, gzipSync(bytes).length]));
    for (const { path, text } of html) {
      const asked = [
        ...text.matchAll(/<(?:link rel="stylesheet"|link rel="icon"|script|img)[^>]*?(?:href|src)="([^"]+)"/g),
      ];
      const weights = asked.map(([, url = '']) => {
        const printed = app.edition.page(url);
        const asset = assets.get(url) ?? (printed && gzipSync(printed.identity()).length);
        expect(asset, `${path} asks for ${url}`).toBeDefined();
        return asset ?? 0;
      });
      const weight = weights.reduce((sum, one) => sum + one, gzipSync(text).length);
      expect(weight, path).toBeLessThan(MOST);
    }
  });

  test('leads nowhere else than to pages that are there', async () => {
    const { app, html } = await pages();
    const links = new Map<string, string>();
    for (const { path, text } of html) {
      for (const [, link = ''] of text.matchAll(/ (?:href|action)="(\/[^"#]*)/g))
        links.set(link.replaceAll('&amp;', '&'), path);
    }
    expect(links.size).toBeGreaterThan(30);
    for (const [link, from] of links) {
      const { statusCode } = await app.inject({ url: link });
      expect([200, 302, 303], `${link} on ${from}: ${statusCode}`).toContain(statusCode);
    }
  });
});
