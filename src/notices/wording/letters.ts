import type { AlertText } from '../../alerts/publication.ts';
import { type Operator, render } from '../../http/views.ts';
import type { Language } from '../../time.ts';
import { inLanguage, type Notice } from '../notice.ts';
import type { Phase } from '../phases.ts';
import type { Report } from '../report.ts';
import type { Names } from './names.ts';
import { CAUSE_STATE_WORDS, PHASE_WORDS, symptomWords } from './words.ts';

/** The state in words, first in the subject: a telephone shows fifteen characters. REGULATION 1.12. */
const SUBJECT_WORDS: Record<Phase, { ja: string; en: string }> = {
  first: { ja: '障害発生', en: 'Fault' },
  update: { ja: '障害続報', en: 'Fault update' },
  partial_recovery: { ja: '一部復旧', en: 'Partly restored' },
  recovery: { ja: '復旧', en: 'Restored' },
  delay_recovery: { ja: '遅延解消', en: 'Delay cleared' },
  final: { ja: '障害報告', en: 'Final report' },
  plan: { ja: '工事予告', en: 'Planned work' },
  start: { ja: '工事開始', en: 'Work started' },
  extend: { ja: '工事延長', en: 'Work extended' },
  complete: { ja: '工事完了', en: 'Work completed' },
  cancel: { ja: '工事中止', en: 'Work cancelled' },
};

const LONGEST_TITLE = 45;

/** 【復旧】OCNメールがご利用いただけません（第3報）: the state, the notice's constant stem, the report's number. */
export function subjectOf(notice: Pick<Notice, 'title'>, report: Report, language: Language): string {
  const phase = report.tellsRecovery && report.phase !== 'delay_recovery' ? 'recovery' : report.phase;
  const stem = shorten(inLanguage(notice.title, language).replace(/^【[^】]*】\s*/, ''));
  const word = SUBJECT_WORDS[phase][language];
  if (language === 'ja') return `【${word}】${stem}（第${report.number}報${report.revision > 0 ? '改' : ''}）`;
  return `[${word}] ${stem} (report ${report.number}${report.revision > 0 ? ', corrected' : ''})`;
}

function shorten(title: string): string {
  const characters = [...title];
  return characters.length <= LONGEST_TITLE ? title : `${characters.slice(0, LONGEST_TITLE - 1).join('')}…`;
}

/** The mail of a report in one language, with places for what differs from reader to reader (alerts/personal.ts). */
export function letterFor(
  notice: Notice,
  report: Report,
  names: Names,
  operator: Operator,
  url: string,
  language: Language,
): AlertText {
  const { picture } = report;
  const view = {
    title: notice.title,
    kind: notice.kind,
    number: report.number,
    revision: report.revision,
    reason: report.reason,
    phase: PHASE_WORDS[report.phase][language],
    isFault: notice.kind === 'fault',
    recovered: report.tellsRecovery,
    body: report.body,
    publishedAt: report.publishedAt,
    occurredAt: notice.occurredAt,
    occurredApproximate: notice.occurredApproximate,
    impacts: picture.impacts.map((impact) => ({
      service: nameOf(names.services.get(impact.service), impact.service, language),
      facilities:
        impact.facilities === 'all'
          ? null
          : impact.facilities.map((code) => nameOf(names.facilities.get(code), code, language)),
      area: impact.area,
      symptom: symptomWords(impact)[language],
      startedAt: impact.startedAt,
      approximate: impact.approximate,
      recoveredAt: impact.recoveredAt,
    })),
    cause: picture.cause && { word: CAUSE_STATE_WORDS[picture.cause.state][language], text: picture.cause.text },
    workaround: picture.workaround,
    unaffected: picture.unaffected,
    emergencyCalls: picture.emergencyCalls,
    residual: picture.residual,
    expectedRecoveryAt: picture.expectedRecoveryAt ?? null,
    nextUpdateAt: picture.nextUpdateAt ?? null,
    lastToday: picture.lastToday ?? false,
    planned: picture.planned ?? null,
    url,
    // Only a fault that stops people from using their mail makes them doubt their password.
    passwordIsRight:
      picture.impacts.some((impact) => impact.recoveredAt === null && impact.symptom !== 'delayed') &&
      notice.kind === 'fault',
  };
  return {
    subject: subjectOf(notice, report, language),
    text: tidy(render('mail/alert.text', language, operator, asData(view))),
    html: render('mail/alert.html', language, operator, asData(view)),
  };
}

function nameOf(
  name: { ja: string; en?: string | undefined } | undefined,
  fallback: string,
  language: Language,
): string {
  return name ? inLanguage(name, language) : fallback;
}

/** Templates leave empty lines after each tag: none stays inside a section, one between sections. */
function tidy(text: string): string {
  const lines = text.replace(/[ \t]+\n/g, '\n').replace(/\n{3,}/g, '\n\n');
  return `${lines
    .replace(/^(■[^\n]*)\n\n/gm, '$1\n')
    .replace(/\n\n(?=・| {2})/g, '\n')
    .trim()}\n`;
}

/** `%%stop%%` typed by staff is text and no place to be filled in: a word joiner comes between its percent signs. */
function asData<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value).replaceAll('%%', '%\u2060%')) as Value;
}
