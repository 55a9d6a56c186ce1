import type { AlertText, Publication } from '../alerts/publication.ts';
import type { Scope } from '../alerts/scope.ts';
import type { Purpose } from '../alerts/slot.ts';
import type { Language } from '../time.ts';
import type { Impact } from './impact.ts';
import type { Notice } from './notice.ts';
import type { Report } from './report.ts';
import type { Names } from './wording/names.ts';
import { symptomWords } from './wording/words.ts';

/** What a report is to those who are mailed. A correction is a last word: it never takes the place kept for recovery. */
export function purposeOf(report: Report): Purpose {
  if (report.revision > 0) return 'last_word';
  switch (report.phase) {
    case 'first':
      return report.tellsRecovery ? 'recovery' : 'first';
    case 'update':
      return report.tellsRecovery ? 'recovery' : 'update';
    case 'partial_recovery':
    case 'recovery':
      return 'recovery';
    case 'delay_recovery':
      return 'delay_cleared';
    case 'final':
      return 'last_word';
    case 'plan':
      return 'first';
    case 'start':
    case 'extend':
      return 'update';
    case 'complete':
    case 'cancel':
      return 'recovery';
  }
}

/** A report as the alerts room needs it: texts and scopes, no notice. `family` are all notices of the root fault. */
export function publicationOf(
  notice: Notice,
  report: Report,
  family: Notice[],
  names: Names,
  texts: Record<Language, AlertText>,
): Publication {
  const open = family
    .filter((member) => member.kind === 'fault' && member.firstPublishedAt !== null)
    .flatMap((member) => member.impacts)
    .filter((impact) => impact.recoveredAt === null && impact.symptom !== 'delayed');
  return {
    noticeId: notice.id,
    rootId: notice.rootId,
    kind: notice.kind,
    reportNumber: report.number,
    revision: report.revision,
    phase: report.phase,
    purpose: purposeOf(report),
    publishedAt: report.publishedAt,
    mail: report.mail,
    all: notice.impacts.map((impact) => scopeOf(impact, names)),
    open: open.map((impact) => scopeOf(impact, names)),
    planned: report.picture.planned ?? null,
    texts,
  };
}

function scopeOf(impact: Impact, names: Names): Scope {
  const partOf = names.services.get(impact.service)?.partOf ?? undefined;
  return {
    service: impact.service,
    facilities: impact.facilities,
    partOf,
    course: {
      symptom: symptomWords(impact),
      delayed: impact.symptom === 'delayed',
      since: impact.startedAt,
      approximate: impact.approximate,
      recoveredAt: impact.recoveredAt,
    },
  };
}
