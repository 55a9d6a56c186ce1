import fc from 'fast-check';
import { parseEmailAddress } from '../../src/alerts/addresses/email-address.ts';
import { Invalid } from '../../src/errors.ts';
import { safeBack } from '../../src/http/audience.ts';
import { encodingFor } from '../../src/http/encoding.ts';
import { redact } from '../../src/http/redact.ts';
import { ATTACHMENT_LIMITS } from '../../src/notices/attachments/attachment.ts';
import { readFile } from '../../src/notices/attachments/read-file.ts';
import { cleanSvg } from '../../src/notices/attachments/svg.ts';
import { compareTexts } from '../../src/notices/compare.ts';
import { parseFacilities } from '../../src/notices/form/facility-list.ts';
import { fieldsOf, readCorrection, readNotice, readReport } from '../../src/notices/form/form.ts';
import { parseCorrection, parseNotice, parseReport } from '../../src/notices/input.ts';
import { bodyHtml, plainLines } from '../../src/notices/wording/markup.ts';
import { atom, json, rss } from '../../src/site/feeds/forms.ts';
import { writable } from '../../src/site/feeds/text.ts';
import { wordsOf } from '../../src/site/search.ts';
import { parseLocalInput } from '../../src/time.ts';
import { parseXml } from '../support/xml.ts';

/** What holds for whatever is typed or sent, parser by parser. `npm run fuzz` tries for as long as it is told; the suite a little. */
export interface Promised {
  name: string;
  property: fc.IProperty<unknown[]>;
}

/** Every kind of character, and those that mean something to somebody. */
const SPECIAL = [
  ...'\u0000\t\r\n\u000b\u001f\u007f\u0085\u2028\u2029\ufeff\u200b\u202e<>&"\'`\\/%@,;:()[]{}*_~|#=+-!?.０ａ－～から、。髙①〜🗾',
  '\ud800',
  '\udfff',
  ']]>',
  '<!--',
  '&#0;',
  '%%stop%%',
  '<%= 1 %>',
  '../',
  'javascript:',
  '=?utf-8?b?',
  '\r\n\r\n',
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(fc.oneof(fc.constantFrom(...SPECIAL), fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 60 })
    .map((parts) => parts.join('')),
);
const names = [
  'kind',
  'title.ja',
  'title.en',
  'body.ja',
  'occurredAt',
  'planned.from',
  'impacts.0.service',
  'impacts.0.facilities',
  'impacts.9.symptom',
  'impacts.rows',
  'causes.0.text.ja',
  'measures.3.date',
  'report.body.ja',
  'recovered.x.on',
  '__proto__',
  'constructor',
];
const fields = fc.dictionary(
  fc.oneof(fc.constantFrom(...names), text),
  fc.oneof(text, fc.constantFrom('2014-03-06T07:34', '2014-02-30T25:61', 'fault', 'on')),
  { maxKeys: 12 },
);
const anything = fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.anything({ withNullPrototype: true, maxDepth: 4 }), fields);
const GROUND = { zone: 'Asia/Tokyo', codesOf: () => ['051', '062', '121', '122', '141', '142'] };

/** Only ever refuses in the way that a caller can answer. */
function invalidOrFine(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof Invalid)
      return error.problems.every(({ field, ja, en }) => field !== '' && ja !== '' && en !== '');
    throw error;
  }
}

const svg = fc
  .array(
    fc.constantFrom(
      '<g>',
      '</g>',
      '<script>',
      '</script>',
      '<a href="javascript:x">',
      '</a>',
      '<rect onclick="x"/>',
      '<use href="http://e.example/"/>',
      '<style>@import "x"</style>',
      '<text>',
      '</text>',
      '<![CDATA[<script>]]>',
      '<!-- -->',
      '&lt;script&gt;',
      '<foreignObject/>',
      'x',
      '<image href="data:image/png;base64,AA"/>',
      '<set attributeName="href" to="javascript:x"/>',
    ),
    { maxLength: 14 },
  )
  .map((parts) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">${parts.join('')}</svg>`);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(
      fc.constantFrom(
        '\x89PNG\r\n\x1a\n',
        '\xff\xd8\xff\xe0',
        '\xff\xd8\xff',
        '%PDF-1.7 ',
        '<svg ',
        '\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR',
      ),
      fc.uint8Array({ maxLength: 200 }),
    )
    .map(([head, rest]) => Buffer.concat([Buffer.from(head, 'latin1'), rest])),
);

const plainAddress = fc.stringMatching(/^[a-z0-9._+-]{1,20}@[a-z]{1,10}\.(jp|example)$/);

const entry = fc.record({ title: text, html: text });

export const PROMISED: Promised[] = [
  {
    name: 'the API’s inputs are taken or refused with a field and a sentence',
    property: fc.property(anything, (body) =>
      [parseNotice, parseReport, parseCorrection].every((parse) => invalidOrFine(() => parse(body))),
    ),
  },
  {
    name: 'the console’s forms are read, whatever their fields are called',
    property: fc.property(fields, (sent) => {
      const read = fieldsOf(sent);
      for (const reader of [readNotice, readReport, readCorrection]) {
        const { body, place } = reader(read, GROUND);
        if (JSON.stringify(body) === undefined || place({ field: 'impacts.0.service', ja: '', en: '' }).field === '')
          return false;
      }
      return true;
    }),
  },
  {
    name: 'staff text becomes the small safe subset of HTML',
    property: fc.property(text, (typed) => {
      const html = bodyHtml(typed);
      const tags = [...html.matchAll(/<\/?([a-z][a-z0-9]*)((?:\s[^>]*)?)>/gi)];
      const allowed = /^(p|br|hr|ul|ol|li|em|strong|s|a|blockquote|table|thead|tbody|tr|th|td)$/;
      return (
        tags.every(([, tag = '', rest = '']) => allowed.test(tag) && !/\son\w+\s*=|javascript:|data:/i.test(rest)) &&
        !/<(script|img|iframe|style|svg)/i.test(html) &&
        plainLines(typed).every((line) => !line.includes('\n'))
      );
    }),
  },
  {
    name: 'a comparison gives back both texts',
    property: fc.property(text, text, fc.constantFrom('ja' as const, 'en' as const), (before, after, language) => {
      const runs = compareTexts(before, after, language);
      const of = (...kinds: string[]) =>
        runs
          .filter(({ kind }) => kinds.includes(kind))
          .map((run) => run.text)
          .join('');
      return of('kept', 'added') === after && of('kept', 'removed') === before;
    }),
  },
  {
    name: 'a list of facilities names known ones or says what it could not read',
    property: fc.property(text, (typed) => {
      const { facilities, problems } = parseFacilities(typed, GROUND.codesOf());
      return (
        (facilities === 'all' || facilities.every((code) => code !== '')) &&
        problems.every(({ ja, en }) => ja !== '' && en !== '')
      );
    }),
  },
  {
    name: 'an address is one address, of which no header can be made',
    property: fc.property(fc.oneof(text, fc.emailAddress()), (typed) => {
      const address = parseEmailAddress(typed);
      return address === undefined || /^[^\s,;:<>()"\\\u0000-\u001f]+@[a-z0-9.-]+$/.test(address.email);
    }),
  },
  {
    name: 'feeds are well-formed, whatever was written',
    property: fc.property(entry, text, (written, named) => {
      const [title, html, author] = [written.title, written.html, named].map(writable) as [string, string, string];
      const channel = {
        self: 'https://status.example/feed',
        home: 'https://status.example/',
        title,
        description: author,
        author,
        language: 'ja' as const,
        entries: [
          {
            id: 'https://status.example/1',
            url: 'https://status.example/1',
            title,
            html: bodyHtml(html),
            text: html,
            publishedAt: 0,
            updatedAt: 0,
            categories: [title],
          },
        ],
      } as unknown as Parameters<typeof atom>[0];
      return (
        parseXml(atom(channel)).name !== '' && parseXml(rss(channel)).name !== '' && JSON.parse(json(channel)) !== null
      );
    }),
  },
  {
    name: 'a file is cleaned once and for all, or refused in words',
    property: fc.property(bytes, (sent) =>
      invalidOrFine(() => {
        const clean = readFile(Buffer.from(sent));
        if (clean.bytes.length > ATTACHMENT_LIMITS.bytes || !readFile(clean.bytes).bytes.equals(clean.bytes))
          throw new Error('not clean');
      }),
    ),
  },
  {
    name: 'a drawing keeps nothing that runs',
    property: fc.property(svg, (drawn) => {
      let clean: string;
      try {
        clean = cleanSvg(drawn).text;
      } catch {
        return true;
      }
      const dangerous = /^(script|a|foreignObject|set|animate)$/;
      const walk = (element: ReturnType<typeof parseXml>): boolean =>
        !dangerous.test(element.name.replace(/^.*\}/, '')) &&
        Object.entries(element.attributes).every(
          ([name, value]) => !/^on/i.test(name) && !/javascript:|http:\/\/e\./.test(value),
        ) &&
        element.children.every(walk);
      return parseXml(clean).children.every(walk) && cleanSvg(clean).text === clean;
    }),
  },
  {
    name: 'the way back after signing in stays on this site',
    property: fc.property(
      fc.oneof(text, fc.webUrl()),
      (back) => new URL(safeBack(back, '/my'), 'https://status.example').origin === 'https://status.example',
    ),
  },
  {
    name: 'a log line holds no address and breaks in no place',
    property: fc.property(
      text,
      plainAddress,
      (around, address) => !redact(JSON.stringify({ msg: `${around} ${address} ${around}` })).includes(address),
    ),
  },
  {
    name: 'a time as typed is a moment or nothing',
    property: fc.property(text, (typed) => {
      const at = parseLocalInput(typed, 'Asia/Tokyo');
      return at === undefined || Number.isSafeInteger(at);
    }),
  },
  {
    name: 'what a browser takes is one of ours',
    property: fc.property(text, (accept) => ['identity', 'gzip', 'br'].includes(encodingFor(accept))),
  },
  {
    name: 'a search has a bounded number of words',
    property: fc.property(text, (typed) => wordsOf(typed).length <= 50),
  },
];
