import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { SYMPTOMS } from '../../src/notices/impact.ts';
import type { Notice } from '../../src/notices/notice.ts';
import type { SiteContent } from '../../src/site/edition/content.ts';
import { guidance } from '../../src/site/guidance/call.ts';
import { signage } from '../../src/site/guidance/signage.ts';
import { situation } from '../../src/site/guidance/situation.ts';
import { spokenText, ssml } from '../../src/site/guidance/speech.ts';
import { HOUR } from '../../src/time.ts';
import { at } from '../support/clock.ts';

const NOW = at('2014-03-06T12:34:00+09:00');

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom('メ', 'ー', 'ル', '<', '&', '"', ']]>', '\u202e', '\n', '。', '👨‍👩‍👧', '\ud800'),
    maxLength: 80,
  }),
);
const name = fc.record({ ja: nasty, en: fc.option(nasty, { nil: undefined }) });
const text = fc.option(name, { nil: undefined });
const moment = fc.integer({ min: NOW - 100 * HOUR, max: NOW + 100 * HOUR });

interface Drawn {
  service: number;
  kind: 'fault' | 'work';
  symptom: (typeof SYMPTOMS)[number];
  startedAt: number;
  recoveredAt: number | null;
  title: { ja: string; en: string | undefined };
  workaround: Drawn['title'] | undefined;
  expectedRecoveryAt: number | null;
  nextUpdateAt: number | null;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  service: fc.nat(24),
  kind: fc.constantFrom('fault', 'fault', 'work'),
  symptom: fc.constantFrom(...SYMPTOMS),
  startedAt: moment,
  recoveredAt: fc.option(moment),
  title: name,
  workaround: text,
  expectedRecoveryAt: fc.option(moment),
  nextUpdateAt: fc.option(moment),
});

/** Published notices with one impact each, and services of these names. */
function contentOf(all: Drawn[], names: Drawn['title'][]): SiteContent {
  const notices = all.map((one, index) => {
    const impact = { ...one, id: `${index}-1`, service: String(one.service), facilities: ['051', '061', '<&7>'] };
    return {
      ...one,
      id: String(index),
      seriousAt: null,
      planned: { from: one.startedAt, to: one.recoveredAt ?? NOW + HOUR },
      actualFrom: null,
      actualTo: null,
      impacts: [{ ...impact, area: null, approximate: true, addedByReport: 1 }],
      reports: [
        {
          number: 1,
          phase: 'first',
          publishedAt: one.startedAt,
          picture: { ...one, residual: one.workaround, impacts: [impact] },
        },
      ],
    } as unknown as Notice;
  });
  const named = (key: string) => names[Number(key) % names.length] ?? { ja: key };
  return {
    notices,
    names: { service: named, facility: (code: string) => ({ ja: `設備${code}` }) },
    catalogue: {
      services: [],
      desks: [],
      facilities: ['051', '061', '<&7>', 'more'].map((code) => ({ code, name: { ja: code }, service: '1' })),
    },
  } as unknown as SiteContent;
}

test('whatever is broken and whatever staff typed: at most a minute, 40 characters, and SSML that parses', () => {
  const arguments_ = [
    fc.array(drawn, { maxLength: 30 }),
    fc.array(name, { minLength: 1, maxLength: 25 }),
    name,
  ] as const;
  fc.assert(
    fc.property(...arguments_, (all, names, operator) => {
      const call = {
        situation: situation(contentOf(all, names), NOW),
        operator: { name: { ja: operator.ja, en: operator.en ?? operator.ja }, timeZone: 'Asia/Tokyo' },
        publicUrl: 'https://status.isp-with-a-long-name.example.ne.jp',
        now: NOW,
      };
      for (const language of ['ja', 'en'] as const) {
        const said = guidance(call, language);
        expect([...spokenText(said).replaceAll('\n', '')].length).toBeLessThanOrEqual(language === 'ja' ? 330 : 850);
        const line = signage(call, language);
        expect([...line].length).toBeLessThanOrEqual(40);
        expect(line).not.toMatch(/^$|[\n\u202a-\u202e]/);
        const parser = new SaxesParser({ xmlns: true });
        parser.on('error', (error) => {
          throw error;
        });
        parser.write(ssml(said, language)).close();
      }
    }),
    { numRuns: 300 },
  );
});

test('a name of the screen’s line is never cut: it is there whole or not at all', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(...SYMPTOMS), (length, symptom) => {
      const ja = `${'ア'.repeat(length)}終`;
      const one = { kind: 'fault', service: 0, symptom, startedAt: NOW - HOUR, recoveredAt: null } as Drawn;
      const call = {
        situation: situation(contentOf([one], [{ ja, en: undefined }]), NOW),
        operator: { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' },
        publicUrl: 'https://status.example',
        now: NOW,
      };
      const line = signage(call, 'ja');
      expect(line.includes('ア')).toBe(line.includes(ja));
      expect(line).toMatch(/^【(故障|遅延)】/);
    }),
  );
});
