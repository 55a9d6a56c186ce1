import { z } from 'zod';
import { isoTime } from '../../time.ts';
import type { Accident } from '../accidents.ts';
import { verdictWords } from '../criteria/words.ts';
import type { Facts } from './facts.ts';

const words = z.object({ ja: z.string(), en: z.string() });

/** An accident as programs read it. */
export const accidentJsonSchema = z.object({
  notice: z.string(),
  version: z.number().int(),
  savedAt: z.string().nullable(),
  savedBy: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
  level: z.enum(['major', 'periodic', 'none']).nullable(),
  verdict: words.nullable(),
  criteria: z.object({ version: z.string(), confirmed: z.boolean() }).nullable(),
  symptoms: z.array(
    z.object({
      key: z.string(),
      category: z.string(),
      from: z.string(),
      to: z.string().nullable(),
      minutes: z.number(),
      users: z.number().nullable(),
      level: z.enum(['major', 'periodic', 'none']),
      verdict: words,
    }),
  ),
});

export function accidentJson(
  { notice, saved, assessment }: Accident,
  zone: string,
): z.input<typeof accidentJsonSchema> {
  const { verdict } = assessment;
  return {
    notice: notice.id,
    version: saved.version,
    savedAt: saved.savedAt === null ? null : isoTime(saved.savedAt, zone),
    savedBy: saved.savedBy,
    facts: factsJson(saved.facts, zone),
    level: verdict?.level ?? null,
    verdict: verdict && verdictWords(verdict),
    criteria: verdict && { version: verdict.version.id, confirmed: verdict.confirmed },
    symptoms: assessment.symptoms.map((one) => ({
      key: one.key,
      category: one.category,
      from: isoTime(one.from, zone),
      to: one.to === null ? null : isoTime(one.to, zone),
      minutes: Math.floor(one.minutes),
      users: one.users,
      level: one.verdict.level,
      verdict: verdictWords(one.verdict),
    })),
  };
}

/** The facts with their times as they are sent. */
function factsJson(facts: Facts, zone: string): Record<string, unknown> {
  const window = (one: { from: number; to: number | null } | null) =>
    one && { from: isoTime(one.from, zone), to: one.to === null ? null : isoTime(one.to, zone) };
  return {
    ...facts,
    symptoms: facts.symptoms.map((one) => ({
      ...one,
      official: window(one.official),
      reference: window(one.reference),
    })),
  };
}
