import { z } from 'zod';
import { type Instant, isoTime } from '../../time.ts';
import { noticeUrl } from '../ground.ts';
import type { ImpactFacts } from '../impact.ts';
import { type Notice, noticeState } from '../notice.ts';
import type { Report } from '../report.ts';

/** A notice as the API shows it: camelCase, times ISO 8601 with the operator's offset. */

const text = z.object({ ja: z.string(), en: z.string().optional() });
const time = z.string().describe('ISO 8601 with offset');
const maybeTime = time.nullable();

const quantity = z.object({ count: z.number().int(), qualifier: z.string(), unit: z.string() });
const facts = z.object({
  startedAt: time.optional(),
  approximate: z.boolean().optional(),
  symptom: z.string().optional(),
  detail: text.nullish(),
  area: text.nullish(),
  users: quantity.nullish(),
});

const impactJson = z.object({
  id: z.string(),
  service: z.string(),
  facilities: z.union([z.literal('all'), z.array(z.string())]),
  area: text.nullable(),
  symptom: z.string(),
  detail: text.nullable(),
  users: quantity.nullable(),
  startedAt: time,
  approximate: z.boolean(),
  recoveredAt: maybeTime,
  recoveredApproximate: z.boolean(),
});

const reportJson = z.object({
  number: z.number().int(),
  revision: z.number().int(),
  phase: z.string(),
  publishedAt: time,
  tellsRecovery: z.boolean(),
  body: text,
  cause: z.object({ state: z.string(), text: text.optional() }).optional(),
  workaround: text.optional(),
  avoid: text.optional(),
  users: quantity.optional(),
  asOf: maybeTime,
  series: z.array(z.object({ name: text, number: z.number().int() })),
  revised: z.array(
    z.object({ impact: z.string().nullable(), before: facts, after: facts, reason: text, report: z.number().int() }),
  ),
  reopenReason: text.optional(),
  unaffected: text.optional(),
  emergencyCalls: text.optional(),
  residual: text.optional(),
  expectedRecoveryAt: maybeTime,
  nextUpdateAt: maybeTime,
  lastToday: z.boolean(),
  causes: z.array(z.object({ kind: z.string(), state: z.string(), text, dueTo: z.number().int().optional() })),
  measures: z.array(
    z.object({
      id: z.string().optional(),
      field: z.string(),
      term: z.string().optional(),
      status: z.string(),
      text,
      date: z.string().optional(),
    }),
  ),
  mail: z.boolean(),
  reason: text.nullable(),
});

export const noticeJsonSchema = z.object({
  id: z.string(),
  url: z.string(),
  kind: z.string(),
  state: z.string(),
  title: text,
  rootId: z.string(),
  occurredAt: time,
  approximate: z.boolean(),
  recognisedAt: maybeTime,
  prominent: z.boolean(),
  planned: z
    .object({ from: time, to: time, windows: z.array(z.object({ from: time, to: time })).optional() })
    .nullable(),
  links: z.array(
    z.object({
      relation: z.string(),
      notice: z.string().optional(),
      url: z.string().optional(),
      name: text.optional(),
    }),
  ),
  impacts: z.array(impactJson),
  reports: z.array(reportJson),
});

export type NoticeJson = z.input<typeof noticeJsonSchema>;

export function noticeJson(notice: Notice, context: { publicUrl: string; zone: string; now: Instant }): NoticeJson {
  const iso = (at: Instant) => isoTime(at, context.zone);
  const maybe = (at: Instant | null | undefined) => (at === null || at === undefined ? null : iso(at));
  return {
    id: notice.id,
    url: noticeUrl(context.publicUrl, notice.id),
    kind: notice.kind,
    state: noticeState(notice, context.now),
    title: notice.title,
    rootId: notice.rootId,
    occurredAt: iso(notice.occurredAt),
    approximate: notice.occurredApproximate,
    recognisedAt: maybe(notice.recognisedAt),
    prominent: notice.seriousAt !== null,
    planned: notice.planned && {
      from: iso(notice.planned.from),
      to: iso(notice.planned.to),
      windows: notice.planned.windows?.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    },
    links: notice.links ?? [],
    impacts: notice.impacts.map((impact) => ({
      id: impact.id,
      service: impact.service,
      facilities: impact.facilities,
      area: impact.area,
      symptom: impact.symptom,
      detail: impact.detail ?? null,
      users: impact.users ?? null,
      startedAt: iso(impact.startedAt),
      approximate: impact.approximate,
      recoveredAt: maybe(impact.recoveredAt),
      recoveredApproximate: impact.recoveredApproximate === true,
    })),
    reports: notice.reports.map((report) => reportJsonOf(report, iso, maybe)),
  };
}

function reportJsonOf(
  report: Report,
  iso: (at: Instant) => string,
  maybe: (at: Instant | null | undefined) => string | null,
): NoticeJson['reports'][number] {
  const { picture } = report;
  return {
    number: report.number,
    revision: report.revision,
    phase: report.phase,
    publishedAt: iso(report.publishedAt),
    tellsRecovery: report.tellsRecovery,
    body: report.body,
    cause: picture.cause && { state: picture.cause.state, ...(picture.cause.text ? { text: picture.cause.text } : {}) },
    workaround: picture.workaround,
    avoid: picture.avoid,
    users: picture.users,
    asOf: maybe(picture.asOf),
    series: picture.series ?? [],
    revised: (picture.revised ?? []).map((one) => ({
      ...one,
      before: factsJson(one.before, iso),
      after: factsJson(one.after, iso),
    })),
    reopenReason: picture.reopened,
    unaffected: picture.unaffected,
    emergencyCalls: picture.emergencyCalls,
    residual: picture.residual,
    expectedRecoveryAt: maybe(picture.expectedRecoveryAt),
    nextUpdateAt: maybe(picture.nextUpdateAt),
    lastToday: picture.lastToday ?? false,
    causes: picture.causes ?? [],
    measures: picture.measures ?? [],
    mail: report.mail,
    reason: report.reason,
  };
}

function factsJson({ startedAt, ...facts }: ImpactFacts, iso: (at: Instant) => string) {
  return { ...facts, ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }) };
}
