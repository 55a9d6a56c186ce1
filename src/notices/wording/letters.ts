import type { AlertText } from '../../alerts/publication.ts';
import { type Operator, render } from '../../http/views.ts';
import type { Language } from '../../time.ts';
import { changesSince, type PassageChange } from '../changes.ts';
import { inLanguage, type Notice } from '../notice.ts';
import type { Phase } from '../phases.ts';
import type { Report } from '../report.ts';
import { type Marks, markedHtml, markedText, marksFor } from './marked.ts';
import { called, type Names } from './names.ts';
import { passagesOf } from './passages.ts';
import { PHASE_WORDS } from './words.ts';

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

/** What a letter is about. */
export interface LetterOf {
  notice: Notice;
  report: Report;
  /**
   * The report that the reader has had before, against which changes are marked: any earlier one, or the revision that was
   * corrected. null: he has had none.
   */
  since: Report | null;
  names: Names;
  operator: Operator;
  /** Of the notice's page in Japanese. */
  url: { ja: string; en: string };
}

/**
 * The mail of a report in one language, with places for what differs from reader to reader (alerts/personal.ts). Changes since the
 * report that he had are underlined in HTML and stand between marks in plain text.
 */
export function letterFor({ notice, report, since, names, operator, url }: LetterOf, language: Language): AlertText {
  const telling = { names: called(names), zone: operator.timeZone, language };
  const before = since ? passagesOf(notice, since, telling) : null;
  const now = passagesOf(notice, report, telling);
  const changes = changesSince(before ?? now, now, language);
  const marks = marksFor(now.map((passage) => passage.text).join());
  const view = {
    number: report.number,
    revision: report.revision,
    reason: report.reason,
    phase: PHASE_WORDS[report.phase][language],
    publishedAt: report.publishedAt,
    since: since && { number: since.number, revision: since.revision, marks },
    title: partOf(
      changes.find(({ key }) => key === 'title'),
      marks,
    ),
    body: partOf(
      changes.find(({ key }) => key === 'body'),
      marks,
    ),
    sections: sectionsOf(changes, marks),
    withdrawn: changes.filter(({ change }) => change === 'withdrawn').map(({ label }) => label),
    url: url[language],
    passwordIsRight: doubtsPassword(notice, report),
  };
  return {
    subject: subjectOf(notice, report, language),
    text: tidy(render('mail/alert.text', language, operator, asData(view))),
    html: render('mail/alert.html', language, operator, asData(view)),
  };
}

/** Only a fault that stops people from using their mail makes them doubt their password. */
function doubtsPassword(notice: Notice, report: Report): boolean {
  const stopped = report.picture.impacts.some((impact) => impact.recoveredAt === null && impact.symptom !== 'delayed');
  return stopped && notice.kind === 'fault';
}

interface Part {
  plain: string;
  /** With marks, and underlined. */
  text: string;
  html: string;
  change: PassageChange['change'];
}

function partOf(passage: PassageChange | undefined, marks: Marks): Part {
  if (!passage) return { plain: '', text: '', html: '', change: 'same' };
  const { text: plain, runs, change } = passage;
  return { plain, text: markedText(runs, marks), html: markedHtml(runs), change };
}

/** Passages under one heading; several impacts are the items of one list. */
function sectionsOf(changes: PassageChange[], marks: Marks): { label: string; isList: boolean; parts: Part[] }[] {
  const sections: { label: string; isList: boolean; parts: Part[] }[] = [];
  for (const passage of changes) {
    if (passage.change === 'withdrawn' || passage.key === 'title' || passage.key === 'body') continue;
    const isList = passage.key.startsWith('impact.');
    const last = sections.at(-1);
    if (last?.isList && isList) last.parts.push(partOf(passage, marks));
    else sections.push({ label: passage.label, isList, parts: [partOf(passage, marks)] });
  }
  return sections;
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
