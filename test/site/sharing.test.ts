import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { drawPicture, type PictureText } from '../../src/site/sharing/picture.ts';
import { DAY } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { childrenOf, parseXml } from '../support/xml.ts';

const AT = 'http://status.example';

async function ready() {
  const db = await freshDatabase();
  await smallCatalogue(db);
  const shirase = await startApp({ db });
  const notices = { ...shirase.ground, announce: () => {} };
  const get = async (url: string) => {
    await shirase.app.edition.refresh();
    return shirase.app.inject({ url });
  };
  /** What a page says of itself to chats and social networks. */
  const said = async (url: string) => {
    const { body } = await get(url);
    const metas = body.matchAll(/<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">/g);
    return Object.fromEntries<string>([...metas].map(([, name = '', content = '']) => [name, content]));
  };
  return { ...shirase, notices, get, said };
}

/** Its size, where it is a PNG at all. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('a link that is passed on', () => {
  test('shows the state as a picture, in both languages, another one when it has changed', async () => {
    const { notices, get, clock } = await ready();
    const before = await get('/og.png');
    expect([before.statusCode, before.headers['content-type']]).toEqual([200, 'image/png']);
    expect(before.headers['access-control-allow-origin']).toBe('*');
    expect(sizeOf(before.rawPayload)).toEqual([1200, 630]);
    const { id } = await publishNotice(notices, publisher, faultInput());
    const after = await get('/og.png');
    expect(after.headers.etag).not.toBe(before.headers.etag);
    const [ja, en] = [await get(`/notices/${id}/og.png`), await get(`/en/notices/${id}/og.png`)];
    expect([sizeOf(ja.rawPayload), sizeOf(en.rawPayload)]).toEqual([
      [1200, 630],
      [1200, 630],
    ]);
    expect(en.headers.etag).not.toBe(ja.headers.etag);
    clock.advance(DAY);
    expect((await get(`/notices/${id}/og.png`)).headers.etag, 'no other one for nothing').toBe(ja.headers.etag);
  });

  test('names picture, title and address whole, and the next report’s picture by another address', async () => {
    const { notices, said } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    expect(await said(`/en/notices/${id}`)).toMatchObject({
      'og:title': 'OCN Mail is unavailable',
      'og:url': `${AT}/en/notices/${id}`,
      'og:site_name': 'OCN',
      'og:locale': 'en_US',
      'og:image': `${AT}/en/notices/${id}/og.png?1`,
      'og:image:alt': 'Ongoing OCN Mail is unavailable',
      'twitter:card': 'summary_large_image',
    });
    await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
    expect((await said(`/notices/${id}`))['og:image']).toBe(`${AT}/notices/${id}/og.png?2`);
    for (const path of ['/', '/works', '/history', '/embed', '/services/mail']) {
      expect((await said(path))['og:image'], path).toBe(`${AT}/og.png`);
    }
    expect(Object.keys(await said('/nowhere')).filter((name) => /image|url/.test(name))).toEqual([]);
  });

  test('to a notice that is long over shows how all is now', async () => {
    const { notices, said, get, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.advance(DAY / 4);
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T13:00:00+09:00' }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    expect((await said(`/notices/${id}`))['og:image']).toContain(`/notices/${id}/og.png`);
    clock.advance(30 * DAY);
    expect((await said(`/notices/${id}`))['og:image']).toBe(`${AT}/og.png`);
    expect((await get(`/notices/${id}/og.png`)).statusCode).toBe(404);
  });

  test('shows whatever a title holds as its text', async () => {
    const { notices, get } = await ready();
    const title = { ja: '</text><image href="file:///etc/passwd"/>&<style>*{}</style>😀𠮷の故障' };
    const { id } = await publishNotice(notices, publisher, faultInput({ title }));
    expect(sizeOf((await get(`/notices/${id}/og.png`)).rawPayload)).toEqual([1200, 630]);
  });
});

describe('the picture', () => {
  const text: PictureText = {
    language: 'ja',
    operator: 'OCN',
    badge: 'fault',
    state: '発生中',
    title: '',
    time: '最終更新　2014年3月6日(木) 8:00 JST',
  };
  const SVG = (name: string) => `{http://www.w3.org/2000/svg}${name}`;
  const lines = (title: string) => {
    const svg = parseXml(drawPicture({ ...text, title }));
    expect(new Set(svg.children.map(({ name }) => name))).toEqual(new Set(['rect', 'g', 'text'].map(SVG)));
    return childrenOf(svg, SVG('text'))
      .map((one) => one.text)
      .slice(2, -1);
  };

  test('breaks Japanese between words, and never before a particle, an ending or a closing mark', () => {
    expect(lines('OCNメールがご利用いただけません')).toEqual(['OCNメールが', 'ご利用いただけません']);
    for (const line of lines('東日本の一部地域における「OCNメール（Webメール）」の設備更改に伴う工事のお知らせ')) {
      expect(line).not.toMatch(/^[」）、。・ー]|[「（]$/);
    }
  });

  test('breaks English between words, and cuts what has no room in three lines', () => {
    expect(lines('OCN Mail is unavailable')).toEqual(['OCN Mail is', 'unavailable']);
    const long = lines('あ'.repeat(200));
    expect([long.length, long.at(-1)?.endsWith('…')]).toEqual([3, true]);
  });

  test('turns no line around and lets no mark of XML through', () => {
    expect(lines('</text>\u202eレ\u0000&amp;').join('')).toBe('</text>レ&amp;');
  });
});
