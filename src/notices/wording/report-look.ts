import { MINUTE } from '../../time.ts';
import type { Impact } from '../impact.ts';
import type { Notice, Text } from '../notice.ts';
import { quantityWords } from '../quantity.ts';
import type { Report } from '../report.ts';
import { bodyHtml } from './markup.ts';
import { called, type Names } from './names.ts';
import { passagesOf } from './passages.ts';
import {
  CAUSE_KIND_WORDS,
  CAUSE_STATE_WORDS,
  MEASURE_FIELD_WORDS,
  MEASURE_STATUS_WORDS,
  PHASE_WORDS,
  SYMPTOM_WORDS,
} from './words.ts';

/** An impact with everything named, for a row of a table. */
export function impactLook(impact: Impact, names: Names) {
  return {
    id: impact.id,
    service: nameOf(names.services.get(impact.service), impact.service),
    facilities:
      impact.facilities === 'all'
        ? null
        : impact.facilities.map((code) => ({ code, name: nameOf(names.facilities.get(code), code) })),
    area: impact.area,
    symptom: SYMPTOM_WORDS[impact.symptom],
    detail: impact.detail ?? null,
    users: impact.users ? quantityWords(impact.users) : null,
    startedAt: impact.startedAt,
    approximate: impact.approximate,
    recoveredAt: impact.recoveredAt,
    recoveredApproximate: impact.recoveredApproximate === true,
  };
}

/** A report as its readers see it, with every word in place. */
export function reportLook(notice: Notice, report: Report, names: Names, zone: string) {
  const telling = { names: called(names), zone };
  const { picture } = report;
  return {
    number: report.number,
    revision: report.revision,
    phase: PHASE_WORDS[report.phase],
    title: picture.title ?? notice.title,
    publishedAt: report.publishedAt,
    reason: report.reason,
    tellsRecovery: report.tellsRecovery,
    passages: {
      ja: passagesOf(notice, report, { ...telling, language: 'ja' }),
      en: passagesOf(notice, report, { ...telling, language: 'en' }),
    },
    body: { ja: bodyHtml(report.body.ja), en: report.body.en === undefined ? undefined : bodyHtml(report.body.en) },
    mail: report.mail,
    impacts: picture.impacts.map((impact) => impactLook(impact, names)),
    cause: picture.cause && { state: CAUSE_STATE_WORDS[picture.cause.state], text: picture.cause.text },
    workaround: picture.workaround,
    unaffected: picture.unaffected,
    emergencyCalls: picture.emergencyCalls,
    residual: picture.residual,
    expectedRecoveryAt: picture.expectedRecoveryAt,
    nextUpdateAt: picture.nextUpdateAt,
    lastToday: picture.lastToday ?? false,
    planned: picture.planned,
    causes: (picture.causes ?? []).map((cause) => ({
      ...cause,
      kind: CAUSE_KIND_WORDS[cause.kind],
      state: CAUSE_STATE_WORDS[cause.state],
    })),
    measures: (picture.measures ?? []).map((measure) => ({
      ...measure,
      field: MEASURE_FIELD_WORDS[measure.field],
      status: MEASURE_STATUS_WORDS[measure.status],
    })),
  };
}

export type ReportLook = ReturnType<typeof reportLook>;

/** What the operator promised in 2014: the first report within half an hour of recognising a fault. */
export const FIRST_REPORT_TARGET = 30 * MINUTE;

function nameOf(name: { ja: string; en?: string | undefined } | undefined, key: string): Text {
  return name ? { ja: name.ja, en: name.en } : { ja: key };
}
