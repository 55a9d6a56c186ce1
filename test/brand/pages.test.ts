import { describe, expect, test } from 'vitest';
import type { Brand } from '../../src/brand/brand.ts';
import { readLogo } from '../../src/brand/logo.ts';
import { lookOf } from '../../src/http/look.ts';
import { startApp } from '../support/app.ts';
import { expectValidHtml } from '../support/html.ts';
import { PICTURES } from '../support/pictures.ts';

async function ownedBy(brand: Brand) {
  const operator = { name: { ja: 'みほん通信', en: 'Sample Telecom' }, timeZone: 'Asia/Tokyo', look: lookOf(brand) };
  const { app } = await startApp({ operator });
  return { app, get: (url: string) => app.inject({ url }) };
}

const PAGES = ['/', '/en', '/history', '/nowhere', '/my/sign-in', '/en/console/sign-in'];

describe('the pages of an operator', () => {
  test('without settings carry his name as text and nothing else', async () => {
    const { get } = await ownedBy({});
    const { body } = await get('/');
    expect(body).toContain('<span class="operator">みほん通信</span>');
    expect(body).not.toContain('<img');
    expect(body.match(/rel="stylesheet"/g)).toHaveLength(1);
  });

  test('carry his logo, named after him and no larger than its place, and his colours after ours', async () => {
    const { get } = await ownedBy({
      logo: readLogo(PICTURES.svg),
      darkLogo: readLogo(PICTURES.png),
      accent: { light: '#7a0055', dark: '#ff9ad5' },
    });
    for (const url of PAGES) {
      const { body } = await get(url);
      await expectValidHtml(body);
      const name = url.startsWith('/en') ? 'Sample Telecom' : 'みほん通信';
      const [, logo = ''] =
        new RegExp(`<img class="logo" src="([^"]*)" width="160" height="40" alt="${name}">`).exec(body) ?? [];
      const [, dark = ''] = /<source srcset="([^"]*)" media="\(prefers-color-scheme: dark\)"/.exec(body) ?? [];
      expect([logo, dark]).toEqual([
        expect.stringMatching(/^\/assets\/[\w-]{10}\/logo\.svg$/),
        expect.stringMatching(/^\/assets\/[\w-]{10}\/logo-dark\.png$/),
      ]);
      const sheets = [...body.matchAll(/<link rel="stylesheet" href="([^"]*)">/g)].map((match) => match[1] ?? '');
      expect(sheets.map((sheet) => sheet.split('/')[3])).toEqual(['style.css', 'operator.css']);
      const colours = await get(sheets[1] ?? '');
      expect(colours.headers['content-type']).toBe('text/css; charset=utf-8');
      expect(colours.body).toBe(
        ':root{--accent:#7a0055;--on-accent:#ffffff}@media screen and (prefers-color-scheme:dark){:root{--accent:#ff9ad5;--on-accent:#1a1a1a}}',
      );
    }
  });

  test('show one logo on a light plate in the dark where there is no other', async () => {
    const { get } = await ownedBy({ logo: readLogo(PICTURES.jpg) });
    expect((await get('/')).body).toContain('class="logo plate"');
  });

  test.each(Object.entries(PICTURES))(
    'give the logo as it is, to be kept for ever and never run: %s',
    async (_name, bytes) => {
      const logo = readLogo(bytes);
      const { get } = await ownedBy({ logo });
      const path = /<img class="logo plate" src="([^"]*)"/.exec((await get('/')).body)?.[1] ?? '';
      const answer = await get(path);
      expect(answer.rawPayload.equals(bytes)).toBe(true);
      const type = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp', svg: 'image/svg+xml; charset=utf-8' };
      expect(answer.headers).toMatchObject({
        'content-type': type[logo.extension],
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
      });
      const policy = answer.headers['content-security-policy'];
      expect(policy).toMatch(logo.extension === 'svg' ? /^default-src 'none';.*;sandbox$/ : /^default-src 'none';/);
    },
  );
});
