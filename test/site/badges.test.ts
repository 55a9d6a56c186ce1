import { describe, expect, test } from 'vitest';
import { contrast } from '../../src/brand/colour.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { drawBadge, inkOf } from '../../src/site/badges/drawing.ts';
import { STATE_BADGES } from '../../src/site/words.ts';
import { HOUR } from '../../src/time.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';
import { childrenOf, type Element, parseXml, textOf } from '../support/xml.ts';

async function ready() {
  const site = await startSite();
  const { get } = site;
  /** What stands on a badge, and its shape. */
  const badge = async (url: string) => {
    const { body } = await get(url);
    const svg = parseXml(body);
    const shape = all(svg)
      .filter((one) => /path|circle/.test(one.name))
      .map((one) => one.attributes.d ?? 'ring');
    return { title: textOf(svg, SVG('title')), shape: shape.at(-1), body };
  };
  return { ...site, badge };
}

const SVG = (name: string) => `{http://www.w3.org/2000/svg}${name}`;
const all = (element: Element): Element[] => element.children.flatMap((child) => [child, ...all(child)]);

describe('badges', () => {
  test('say in words and by their shape how everything is, and how each service is, in both languages', async () => {
    const { notices, badge } = await ready();
    const before = await badge('/badge.svg');
    expect(before).toMatchObject({ title: 'OCN: 正常', shape: 'ring' });
    await publishNotice(notices, publisher, faultInput());
    const titles = ['/badge.svg', '/en/badge.svg', '/services/mail/badge.svg', '/en/services/mail/badge.svg'].map(
      async (url) => (await badge(url)).title,
    );
    expect(await Promise.all(titles)).toEqual([
      'OCN: 故障発生中',
      'OCN: Fault',
      'OCNメール: 一部で故障発生中',
      'OCN Mail: Fault in part',
    ]);
    expect((await badge('/badge.svg')).shape).not.toBe(before.shape);
    expect(await badge('/services/ocn-id/badge.svg')).toMatchObject({ title: 'OCN ID認証: 正常', shape: 'ring' });
  });

  test('may stand on any page, and keep their bytes while they say the same', async () => {
    const { get, notices, clock } = await ready();
    const before = await get('/services/ocn-id/badge.svg');
    expect(before.headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    clock.advance(HOUR);
    await publishNotice(notices, publisher, faultInput());
    expect((await get('/services/ocn-id/badge.svg')).headers.etag).toBe(before.headers.etag);
    expect((await get('/services/none/badge.svg')).statusCode).toBe(404);
  });

  test('as shields.io’s endpoint carry the sign in their words', async () => {
    const { get, notices } = await ready();
    await publishNotice(notices, publisher, faultInput());
    expect((await get('/services/mail/badge.json')).json()).toEqual({
      schemaVersion: 1,
      label: 'OCNメール',
      message: '✕ 一部で故障発生中',
      color: 'a90000',
    });
    expect((await get('/en/badge.json')).json()).toMatchObject({ label: 'OCN', message: '✕ Fault' });
  });

  test('are as wide as their words, and no word of theirs is markup', () => {
    const drawn = (label: string) => parseXml(drawBadge({ language: 'ja', label, message: '正常', badge: 'normal' }));
    const [short, long] = [drawn('OCN'), drawn('ＯＣＮメール（Webメール）𠮷')];
    expect(Number(long.attributes.width)).toBeGreaterThan(Number(short.attributes.width) + 12 * 13 - 1);
    const hostile = drawn('</title><script>"&\u0000');
    expect(textOf(hostile, SVG('title'))).toBe('</title><script>"&: 正常');
    expect(all(hostile).flatMap((one) => childrenOf(one, SVG('script')))).toEqual([]);
    for (const badge of new Set(Object.values(STATE_BADGES))) {
      expect(contrast(inkOf(badge), '#ffffff'), badge).toBeGreaterThan(4.5);
    }
  });
});
