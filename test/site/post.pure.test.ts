import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SYMPTOMS } from '../../src/notices/impact.ts';
import type { Notice } from '../../src/notices/notice.ts';
import { FAULT_PHASES, WORK_PHASES } from '../../src/notices/phases.ts';
import { socialPost } from '../../src/site/press/post.ts';
import { weight } from '../../src/site/press/weight.ts';
import { at } from '../support/clock.ts';

const NOW = at('2014-03-06T12:34:00+09:00');
const URL_WEIGHT = 23;

/** X's own rule, as it is written down: https://docs.x.com/fundamentals/counting-characters */
function weighed(post: string): number {
  const [text, url = ''] = post.split('\n') as [string, string?];
  expect(url).toMatch(/^https:\/\/status\.example\.com\/(en\/)?notices\/1$/);
  const links = text.match(/[\w-]+(\.[\w-]+)+/g) ?? [];
  const light = (code: number) =>
    code <= 0x10ff ||
    (code >= 0x2000 && code <= 0x200d) ||
    (code >= 0x2010 && code <= 0x201f) ||
    (code >= 0x2032 && code <= 0x2037);
  const plain = [...text.replace(/[\w-]+(\.[\w-]+)+/g, '').normalize('NFC')];
  const characters = plain.reduce((sum, one) => sum + (light(one.codePointAt(0) ?? 0) ? 1 : 2), 0);
  return characters + URL_WEIGHT * links.length + 1 + URL_WEIGHT;
}

const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
    fc.string({ unit: fc.constantFrom('故', '障', 'a', '.', 'b', '👨‍👩‍👧', 'が'), minLength: 1, maxLength: 120 }),
  )
  .map((text) => text.replace(/\s/g, ' '));

test('whatever services are called and however many there are, a post has at most 280, and its address whole', () => {
  const impact = fc.record({
    service: fc.nat(12).map(String),
    symptom: fc.constantFrom(...SYMPTOMS),
    startedAt: fc.constantFrom(NOW - 1e7, NOW - 2e7),
    approximate: fc.boolean(),
    recoveredAt: fc.option(fc.constant(NOW)),
  });
  fc.assert(
    fc.property(
      fc.array(impact, { minLength: 1, maxLength: 30 }),
      fc.array(fc.record({ ja: name, en: fc.option(name, { nil: undefined }) }), { minLength: 1, maxLength: 13 }),
      fc.constantFrom(...FAULT_PHASES, ...WORK_PHASES),
      fc.boolean(),
      fc.nat(1),
      (impacts, names, phase, promised, revision) => {
        const picture = {
          impacts,
          expectedRecoveryAt: promised ? NOW + 1e7 : null,
          nextUpdateAt: promised ? NOW + 1e6 : null,
        };
        const notice = {
          id: '1',
          kind: (WORK_PHASES as readonly string[]).includes(phase) ? 'work' : 'fault',
          impacts,
          occurredAt: NOW - 1e7,
          planned: { from: NOW, to: NOW + 1e7 },
          actualFrom: null,
          actualTo: null,
          reports: [{ number: 1, revision, phase, tellsRecovery: promised, picture }],
        } as unknown as Notice;
        const catalogue = {
          service: (key: string) => names[Number(key) % names.length] ?? { ja: key },
          facility: (code: string) => ({ ja: code }),
          since: () => 0,
        };
        for (const language of ['ja', 'en'] as const) {
          const ground = { names: catalogue, publicUrl: 'https://status.example.com', zone: 'Asia/Tokyo' };
          const post = socialPost(notice, ground, language);
          expect(weighed(post)).toBeLessThanOrEqual(280);
          expect(post).toMatch(language === 'ja' ? /^【.+】.+。\n/su : /^\[.+\] .+\.\n/su);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['故障', 4],
  ['OCN', 3],
  ['ｶﾅ', 4],
  ['が', 2],
  ['か\u3099', 2],
  ['“引用”', 6],
  ['webmail.example', 23],
  ['見よ webmail.example です', 4 + 1 + 23 + 1 + 4],
])('%s weighs %i', (text, expected) => {
  expect(weight(text)).toBe(expected);
});
