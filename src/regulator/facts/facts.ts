import { z } from 'zod';
import { line, prose, sentenceFor } from '../../http/forms.ts';
import { moment } from '../../notices/input.ts';
import { QUALIFIERS, type Qualifier, UNITS, type Unit } from '../../notices/quantity.ts';
import { ACCIDENT_KINDS } from '../criteria/criteria.ts';
import { criteria } from '../criteria/rules.ts';

/** What the regulator is told of an accident beside what its notice says. Null is 調査中 until somebody enters it. */

export const CAUSE_CLASSES = ['equipment', 'human', 'external', 'other'] as const;
/** 設備, 人為, 外的, その他 */
export type CauseClass = (typeof CAUSE_CLASSES)[number];

/** 約3万6,000人, 最大約796万人: a number with how sure it is and what it counts. */
export interface Figure {
  value: number;
  qualifier: Qualifier;
  unit: Unit;
}

export const EFFECTS = ['stop', 'degradation', 'hindrance'] as const;
export const WHOLESALE_ROLES = ['none', 'provider', 'reseller'] as const;
export const SECRECY = ['none', 'violated'] as const;

const number = z.int().min(0).max(10_000_000_000);
const figure = z.strictObject({
  value: number,
  qualifier: z.enum(QUALIFIERS).default('about'),
  unit: z.enum(UNITS).default('people'),
});
const window = z
  .strictObject({ from: moment, to: moment.nullable().default(null) })
  .refine((one) => one.to === null || one.from < one.to, {
    ...sentenceFor('終了は開始より後にしてください。', 'The end must be after the start.'),
    path: ['to'],
  });
const known = (ids: () => Iterable<string>, ja: string, en: string) =>
  z.string().refine((id) => [...ids()].includes(id), sentenceFor(ja, en));
const category = known(() => criteria().categories.keys(), 'この区分はありません。', 'There is no such category.');
const equipment = known(
  () => criteria().equipment.keys(),
  'この設備の種類はありません。',
  'There is no such kind of equipment.',
);

const symptom = z.strictObject({
  /** The notice's impact that it reports; null where the notice does not name it. */
  impact: z.string().max(80).nullable().default(null),
  /** ① or another mark; counted where it is not given. */
  key: line(20).nullable().default(null),
  /** The service as the regulator is told, where it is not the catalogue's name. */
  service: line(200).nullable().default(null),
  category: category.nullable().default(null),
  effect: z.enum(EFFECTS).default('stop'),
  description: prose(2000).nullable().default(null),
  /** Affected users as reported; what the notice tells where nobody entered another number. */
  users: figure.nullable().default(null),
  /** What was told in public where it is not what the notice says, and why the reported number differs. */
  publicUsers: figure.nullable().default(null),
  differs: prose(2000).nullable().default(null),
  /** How the users were counted. */
  basis: line(300).nullable().default(null),
  /** All users under the failed equipment. */
  usersUnderEquipment: number.nullable().default(null),
  /** The official period; the impact's own where it is not given. */
  official: window.nullable().default(null),
  /** A longer time that is told beside it: 29時間6分 beside 2時間20分. */
  reference: window.nullable().default(null),
  referenceNote: prose(2000).nullable().default(null),
  critical: z.boolean().default(false),
  allTrafficDown: z.boolean().default(false),
});

const wholesale = z.strictObject({
  role: z.enum(WHOLESALE_ROLES),
  partners: line(300).nullable().default(null),
  /** The same word in each report of one accident, so that statistics count it once. */
  accident: line(80).nullable().default(null),
});

export const factsInput = z.strictObject({
  kind: z.enum(ACCIDENT_KINDS).default('telecom_equipment'),
  place: line(300).nullable().default(null),
  regions: line(500).nullable().default(null),
  symptoms: z.array(symptom).max(40).default([]),
  causeClass: z.enum(CAUSE_CLASSES).nullable().default(null),
  causeOccurrence: prose(4000).nullable().default(null),
  causeSpread: prose(4000).nullable().default(null),
  causeProlongation: prose(4000).nullable().default(null),
  /** Why the cause is not told in public, where a law or a contract forbids it. */
  causeWithheld: prose(1000).nullable().default(null),
  equipment: equipment.nullable().default(null),
  equipmentName: line(300).nullable().default(null),
  diagram: prose(2000).nullable().default(null),
  wholesale: wholesale.nullable().default(null),
  /** Whether the secrecy of communications was violated: another report (様式第50の2) is due then. */
  secrecy: z.enum(SECRECY).nullable().default(null),
  standards: prose(4000).nullable().default(null),
  trend: prose(4000).nullable().default(null),
  publicityNote: prose(2000).nullable().default(null),
  equipmentManager: line(120).nullable().default(null),
  chiefEngineer: line(120).nullable().default(null),
  responsible: line(120).nullable().default(null),
});

export type Facts = z.output<typeof factsInput>;
export type SymptomFacts = Facts['symptoms'][number];

export const NO_FACTS: Facts = factsInput.parse({});
