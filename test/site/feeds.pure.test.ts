import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Notice } from '../../src/notices/notice.ts';
import type { Report } from '../../src/notices/report.ts';
import type { SiteContent } from '../../src/site/edition/content.ts';
import type { Channel } from '../../src/site/feeds/channel.ts';
import { type Entry, entryOf } from '../../src/site/feeds/entry.ts';
import { atom, json, rss } from '../../src/site/feeds/forms.ts';
import { lastToldFirst, newestReports } from '../../src/site/feeds/newest.ts';
import { writable } from '../../src/site/feeds/text.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { at } from '../support/clock.ts';
import { checkAtom, checkJsonFeed, checkRss } from '../support/feed-check.ts';
import { childrenOf, parseXml, textOf } from '../support/xml.ts';

const SELF = 'https://status.example/feed';
const START = at('2014-03-06T08:00:00+09:00');

/** What breaks feeds: ends of CDATA, entities, tags, halves of pairs, control characters, markup. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[']]>', ']]]]>>', '&', '&amp;', '&amp;amp;', '&#x26;', '&nbsp;', '<', '<script>', '"', "'", '<!--', '-->'],
        ...['<![CDATA[', '\u0000', '\u000b', '\u001b', '\ufffe', '\uffff', '\ud800', '\udfff', '\u2028', '\r', '\n\n'],
        ...[
          '[押す](javascript:x)',
          '[こちら](/my)',
          '[x](/"><b>)',
          '**',
          '| a | b |\n|---|---|',
          '<%= 1 %>',
          '故障',
          '𠮷',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

function report(number: number, publishedAt: number, text: { title: string; body: string }): Report {
  return {
    number,
    revision: 0,
    phase: number === 1 ? 'first' : 'update',
    tellsRecovery: false,
    publishedAt,
    body: { ja: text.body },
    picture: { title: { ja: text.title }, impacts: [] },
    mail: false,
    backfilled: false,
    reason: number === 1 ? null : { ja: text.body },
  };
}

function notice(id: string, reports: Report[]): Notice {
  return {
    id,
    kind: 'fault',
    title: { ja: '題' },
    rootId: id,
    occurredAt: START,
    occurredApproximate: false,
    recognisedAt: null,
    seriousAt: null,
    planned: null,
    actualFrom: null,
    actualTo: null,
    firstPublishedAt: START,
    updatedAt: START,
    version: 1,
    impacts: [],
    reports,
  };
}

const content = { revisions: new Map<string, Report[]>() } as SiteContent;

function channelOf(entries: Entry[], name = 'OCN'): Channel {
  const clean = writable(name);
  return {
    self: SELF,
    home: 'https://status.example/',
    title: clean,
    description: 'お知らせ',
    author: clean,
    language: 'ja',
    entries,
  };
}

test('whatever is typed, all three forms stay valid and say exactly what was typed', () => {
  fc.assert(
    fc.property(hostile, hostile, fc.constantFrom('ja', 'en'), (title, body, language) => {
      const told = notice(
        '20140306-1',
        [1, 2].map((number) => report(number, START + number, { title, body })),
      );
      const entries = newestReports([told]).map((one) => entryOf(one, content, language, 'https://status.example'));
      const channel = channelOf(entries, `名${title}`);
      const [asAtom, asRss, asJson] = [atom(channel), rss(channel), json(channel)];
      expect(checkAtom(asAtom, SELF)).toEqual([]);
      expect(checkRss(asRss, SELF)).toEqual([]);
      expect(checkJsonFeed(asJson, SELF)).toEqual([]);
      // XML itself turns every line end into LF.
      const lines = (text: string) => text.replace(/\r\n?/g, '\n');
      const [first] = childrenOf(parseXml(asRss).children[0] ?? fail(), '{}item');
      expect(first && textOf(first, '{}title')).toBe(lines(entries[0]?.title ?? ''));
      expect(first && textOf(first, '{}description')).toBe(lines(entries[0]?.html ?? ''));
      const [entry] = childrenOf(parseXml(asAtom), '{http://www.w3.org/2005/Atom}entry');
      const shown = entry && textOf(entry, '{http://www.w3.org/2005/Atom}title');
      expect(shown && asText(shown)).toBe(lines(entries[0]?.title ?? ''));
      expect(entries[0]?.title).toContain(writable(title));
    }),
    { numRuns: 150 },
  );
});

function fail(): never {
  throw new Error('There is no channel');
}

/** Escaped HTML as a browser shows it. */
function asText(html: string): string {
  expect(html).not.toMatch(/[<>]/);
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

test('what a feed shows is the newest fifty of all reports, however they are spread', () => {
  const texts = { title: '題', body: '文' };
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(1000), { minLength: 1, maxLength: 9 }), { maxLength: 70 }), (spread) => {
      const notices = spread.map((times, index) =>
        notice(
          String(index),
          times.map((time, n) => report(n + 1, START + time * MINUTE, texts)),
        ),
      );
      const all = spread.flat().sort((a, b) => b - a);
      const shown = newestReports(lastToldFirst(notices)).map((one) => (one.report.publishedAt - START) / MINUTE);
      expect(shown).toEqual(all.slice(0, 50));
    }),
  );
});

test('a path of ours becomes a whole address, and nothing else does', () => {
  const body = '[こちら](/my) [外](https://example.jp/a?b=1&c="x") 「href="/」';
  const told = { notice: notice('1', []), report: report(1, START + HOUR, { title: '題', body }) };
  const { html } = entryOf(told, content, 'ja', 'https://status.example');
  expect(html).toContain('href="https://status.example/my"');
  expect(html).toContain('「href=&quot;/」');
});
