import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { assetFiles, assetPath, shorterCss } from '../../src/http/assets.ts';
import { startApp } from '../support/app.ts';

describe('what pages need beside themselves', () => {
  test('stands under the hash of its content, for ever, for every site, in each encoding', async () => {
    const { app, ground } = await startApp();
    const assets = assetFiles(ground.operator);
    expect(assets.map((asset) => asset.path)).toContain(assetPath('style.css'));
    for (const { path, type, bytes } of assets) {
      const get = (headers: Record<string, string> = {}) => app.inject({ url: path, headers });
      const plain = await get();
      expect(plain.statusCode).toBe(200);
      expect(plain.rawPayload.equals(bytes)).toBe(true);
      expect(plain.headers).toMatchObject({
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      });
      expect(plain.headers['set-cookie']).toBeUndefined();
      const gzip = await get({ 'accept-encoding': 'gzip' });
      const br = await get({ 'accept-encoding': 'gzip, br' });
      if (!type.startsWith('image/png')) {
        expect(gunzipSync(gzip.rawPayload).equals(bytes)).toBe(true);
        expect(brotliDecompressSync(br.rawPayload).equals(bytes)).toBe(true);
        expect(new Set([plain, gzip, br].map((answer) => answer.headers.etag)).size).toBe(3);
      }
      const tag = String(br.headers.etag);
      expect(tag).toMatch(/^"[^"]+"$/);
      const again = await get({ 'accept-encoding': 'br', 'if-none-match': `W/${tag}` });
      expect([again.statusCode, again.body, again.headers['cache-control']]).toEqual([
        304,
        '',
        plain.headers['cache-control'],
      ]);
      const head = await app.inject({ method: 'HEAD', url: path });
      expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', String(bytes.length)]);
    }
  });

  test('is given to a page of another version too, but not to be kept under its address', async () => {
    const { app } = await startApp();
    const old = await app.inject({ url: '/assets/AAAAAAAAAA/style.css' });
    expect(old.body).toBe((await app.inject({ url: assetPath('style.css') })).body);
    expect(old.headers['cache-control']).toBe('no-cache');
    for (const url of [
      '/assets/AAAAAAAAAA/none.css',
      '/assets/x/..%2fpackage.json',
      '/assets/x/%2e%2e',
      '/assets/x/',
    ]) {
      expect((await app.inject({ url })).statusCode).toBe(404);
    }
  });

  test('is a style sheet without what only its writers need', () => {
    const css = `
/* a comment; with { signs } and "one quote */
a :hover, a:hover > b { color : red; content: "/* no comment */  two spaces ; }"; }
@media (min-width: 60rem) and (hover) { .x { width: calc(1px + 2px) !important; margin: 0 -1px; } }
.y { content: 'it\\'s {'; font: "A B" , serif; }
`;
    expect(shorterCss(css)).toBe(
      'a :hover,a:hover > b{color :red;content:"/* no comment */  two spaces ; }"}' +
        '@media (min-width:60rem) and (hover){.x{width:calc(1px + 2px) !important;margin:0 -1px}}' +
        `.y{content:'it\\'s {';font:"A B",serif}`,
    );
    const style = readFileSync(join(packageRoot, 'public', 'style.css'), 'utf8');
    expect(shorterCss(style)).not.toMatch(/\/\*|\n/);
  });
});
