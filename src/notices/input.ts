import { z } from 'zod';
import { line, parse, prose, sentenceFor } from '../http/forms.ts';
import type { Instant } from '../time.ts';
import { areaInEnglish, areaInWords } from './area/area.ts';
import { PREFECTURES } from './area/prefectures.ts';
import { SYMPTOMS } from './impact.ts';
import { PHASES, type Phase } from './phases.ts';
import { QUALIFIERS, UNITS } from './quantity.ts';
import {
  CAUSE_KINDS,
  CAUSE_STATES,
  MEASURE_FIELDS,
  MEASURE_STATUSES,
  MEASURE_TERMS,
  TOLD_CAUSE_STATES,
} from './report.ts';
import { type Planned, planOf } from './windows.ts';

/** What may be typed: longer texts belong into an attachment. Characters. */
export const LIMITS = { title: 120, body: 20_000, short: 2000, area: 300 } as const;

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** ISO 8601 with an offset; inside it is epoch milliseconds. */
export const moment = z
  .string()
  .refine(
    (text) => ISO.test(text) && !Number.isNaN(Date.parse(text)),
    sentenceFor(
      '日時は 2014-03-06T07:34:00+09:00 のように、時差まで入れて指定してください。',
      'Give a date and time with its offset, such as 2014-03-06T07:34:00+09:00.',
    ),
  )
  .transform((text): Instant => Date.parse(text));

const title = z.strictObject({ ja: line(LIMITS.title), en: line(LIMITS.title).optional() });

/** Japanese and, where there was time, English; a plain string is Japanese. */
export function text(max: number) {
  return z.union([
    prose(max).transform((ja) => ({ ja })),
    z.strictObject({ ja: prose(max), en: prose(max).optional() }),
  ]);
}

/** A day, or a month where no more is known. */
export const day = z
  .string()
  .regex(/^\d{4}-\d{2}(-\d{2})?$/)
  .refine((value) => !Number.isNaN(Date.parse(value)), sentenceFor('日付が正しくありません。', 'This is not a date.'));

const window = z.strictObject({ from: moment.optional(), to: moment.optional() });

/** When a work is planned: `from` and `to`, or `windows` where it is done in several, which do not touch each other. */
const plan = z
  .strictObject({ from: moment.optional(), to: moment.optional(), windows: z.array(window).min(1).max(50).optional() })
  .transform((said, context): Planned => {
    const windows = said.windows ?? [{ from: said.from, to: said.to }];
    const whole = windows.flatMap(({ from, to }, index) => {
      const at = (end: string) => (said.windows ? ['windows', index, end] : [end]);
      const wrong = (end: string, ja: string, en: string) =>
        context.addIssue({ code: 'custom', path: at(end), ...sentenceFor(ja, en) });
      if (from === undefined) wrong('from', '日時を入力してください。', 'Enter date and time.');
      if (to === undefined) wrong('to', '日時を入力してください。', 'Enter date and time.');
      if (from === undefined || to === undefined) return [];
      if (from >= to) wrong('to', '終了は開始より後にしてください。', 'The end must be after the start.');
      const earlier = windows.findIndex(
        (other) => other.from === from || ((other.from ?? from) < from && (other.to ?? 0) > from),
      );
      if (earlier !== -1 && earlier !== index)
        wrong('from', 'ほかの日程と重なっています。', 'This overlaps another window.');
      return [{ from, to }];
    });
    return planOf(whole) ?? z.NEVER;
  });

const code = z.string().min(1).max(64);

const prefectures = z
  .array(
    z
      .string()
      .refine(
        (number) => PREFECTURES.has(number),
        sentenceFor('都道府県は 01 から 47 の番号で指定してください。', 'Name prefectures by their numbers, 01 to 47.'),
      ),
  )
  .min(1)
  .max(47);

/** In words, of which English is made where they name prefectures only; or by prefectures, which become words in both languages. */
const area = z.union([
  prose(LIMITS.area).transform((ja) => ({ ja, en: areaInEnglish(ja) })),
  z
    .strictObject({
      ja: prose(LIMITS.area).optional(),
      en: prose(2 * LIMITS.area).optional(),
      prefectures: z.union([z.literal('all'), prefectures]).optional(),
      partly: prefectures.optional(),
      except: prefectures.optional(),
    })
    .refine(
      ({ ja, prefectures: whole, partly, except }) =>
        ja === undefined ? (whole ?? partly) !== undefined : (whole ?? partly ?? except) === undefined,
      sentenceFor(
        '地域は ja の文章か、prefectures・partly の都道府県のどちらかで指定してください。',
        'Name the area either in words (ja) or by prefectures or partly.',
      ),
    )
    .transform(({ ja, en, ...places }) =>
      ja === undefined ? areaInWords(places) : { ja, en: en ?? areaInEnglish(ja) },
    ),
]);

const quantity = z.strictObject({
  count: z.number().int().min(0).max(1e12),
  qualifier: z.enum(QUALIFIERS).default('exact'),
  unit: z.enum(UNITS).default('people'),
});

const impact = z.strictObject({
  service: code,
  facilities: z.union([z.literal('all'), z.array(code).min(1).max(5000)]),
  area: area.optional(),
  symptom: z.enum(SYMPTOMS),
  detail: text(LIMITS.area).nullish(),
  users: quantity.nullish(),
  startedAt: moment.optional(),
  approximate: z.boolean().optional(),
  recoveredAt: moment.nullish(),
  recoveredApproximate: z.boolean().optional(),
});

/** What may be left standing (absent), said anew, or withdrawn (null). */
const standingText = text(LIMITS.short).nullish();

const content = {
  phase: z.enum(PHASES),
  body: text(LIMITS.body),
  cause: z
    .strictObject({ state: z.enum(TOLD_CAUSE_STATES), text: text(LIMITS.short).optional() })
    .refine((cause) => cause.state !== 'undisclosed' || cause.text !== undefined, {
      ...sentenceFor('公表しない理由を入力してください。', 'Say why the cause is not disclosed.'),
      path: ['text'],
    })
    .nullish(),
  workaround: standingText,
  avoid: standingText,
  unaffected: standingText,
  emergencyCalls: standingText,
  residual: standingText,
  users: quantity.nullish(),
  /** The moment that the text speaks of. */
  asOf: moment.nullish(),
  series: z
    .array(z.strictObject({ name: title, number: z.number().int().min(1).max(9999) }))
    .max(5)
    .optional(),
  /** null: 確認中 */
  expectedRecoveryAt: moment.nullish(),
  nextUpdateAt: moment.nullish(),
  lastToday: z.boolean().optional(),
  causes: z
    .array(
      z.strictObject({
        kind: z.enum(CAUSE_KINDS).default('occurrence'),
        state: z.enum(CAUSE_STATES).default('confirmed'),
        text: text(LIMITS.short),
        dueTo: z.number().int().min(1).max(20).optional(),
      }),
    )
    .max(20)
    .optional(),
  measures: z
    .array(
      z.strictObject({
        id: z.string().max(20).optional(),
        field: z.enum(MEASURE_FIELDS),
        term: z.enum(MEASURE_TERMS).optional(),
        status: z.enum(MEASURE_STATUSES),
        text: text(LIMITS.short),
        date: day.optional(),
      }),
    )
    .max(50)
    .optional(),
  mail: z.boolean().optional(),
  /** With the scope notices:backfill only: history moved in, nobody is mailed. */
  publishedAt: moment.optional(),
};

const firstReport = z.strictObject(content);

/** `POST /api/v1/notices` and the console's form for a new notice. */
export const noticeInput = z.strictObject({
  kind: z.enum(['fault', 'work']),
  title,
  occurredAt: moment.optional(),
  approximate: z.boolean().optional(),
  recognisedAt: moment.nullish(),
  prominent: z.boolean().optional(),
  planned: plan.nullish(),
  /** The notice whose root fault this one shares, and with it the three mails. */
  sharesRootWith: z.string().max(40).nullish(),
  impacts: z.array(impact).min(1).max(200),
  report: firstReport,
  publish: z.boolean().default(false),
});

/** `POST /api/v1/notices/{id}/reports` and the console's form for the next report. */
export const reportInput = z.strictObject({
  ...content,
  recovered: z
    .array(z.strictObject({ impact: z.string().max(80), at: moment, approximate: z.boolean().optional() }))
    .max(500)
    .optional(),
  impacts: z.array(impact).max(200).optional(),
  /** What was told and proved to be otherwise; without `impact` it is the onset of the whole. */
  revised: z
    .array(
      z.strictObject({
        impact: z.string().max(80).nullish(),
        startedAt: moment.optional(),
        approximate: z.boolean().optional(),
        symptom: z.enum(SYMPTOMS).optional(),
        detail: text(LIMITS.area).nullish(),
        area: area.nullish(),
        users: quantity.nullish(),
        reason: text(LIMITS.short),
      }),
    )
    .max(200)
    .optional(),
  /** Why a notice that was closed is open again. */
  reopenReason: text(LIMITS.short).optional(),
  prominent: z.boolean().optional(),
  /** extend: the new window, or all windows anew. */
  planned: plan.optional(),
  /** start and complete of a work: when it really began and ended; now where it is not said. */
  actualFrom: moment.optional(),
  actualTo: moment.optional(),
  publish: z.boolean().default(false),
});

/** `POST /api/v1/notices/{id}/reports/{number}/corrections`: what is not given stays as it was, null withdraws it. */
export const correctionInput = z.strictObject({
  reason: text(LIMITS.short),
  title: title.optional(),
  body: text(LIMITS.body).optional(),
  cause: content.cause,
  workaround: content.workaround,
  avoid: content.avoid,
  users: content.users,
  asOf: content.asOf,
  series: content.series,
  unaffected: content.unaffected,
  emergencyCalls: content.emergencyCalls,
  residual: content.residual,
  expectedRecoveryAt: content.expectedRecoveryAt,
  lastToday: content.lastToday,
  nextUpdateAt: content.nextUpdateAt,
  causes: content.causes,
  measures: content.measures,
  mail: z.boolean().optional(),
  publishedAt: moment.optional(),
});

export type RevisionInput = NonNullable<z.output<typeof reportInput>['revised']>[number];
export type ImpactInput = z.output<typeof impact>;
export type NoticeInput = z.output<typeof noticeInput>;
export type ReportInput = z.output<typeof reportInput>;
export type CorrectionInput = z.output<typeof correctionInput>;

/** @throws Invalid naming every wrong field. */
export function parseNotice(body: unknown): NoticeInput {
  return parse(noticeInput, body);
}

/** @throws Invalid naming every wrong field. */
export function parseReport(body: unknown): ReportInput {
  return parse(reportInput, body);
}

/** @throws Invalid naming every wrong field. */
export function parseCorrection(body: unknown): CorrectionInput {
  return parse(correctionInput, body);
}

/** What is mailed unless staff say otherwise: the reports that nobody who asked would want to miss. */
export function mailedByDefault(phase: Phase): boolean {
  const mailed: readonly Phase[] = ['first', 'recovery', 'delay_recovery', 'plan', 'cancel'];
  return mailed.includes(phase);
}
