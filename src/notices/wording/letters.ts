import type { AlertText } from '../../alerts/publication.ts';
import type { Desk } from '../../catalogue/catalogue.ts';
import { type Operator, render } from '../../http/views.ts';
import type { Language } from '../../time.ts';
import { changesSince, type PassageChange } from '../changes.ts';
import type { Notice } from '../notice.ts';
import type { Report } from '../report.ts';
import { type Marks, markedHtml, markedText, marksFor } from './marked.ts';
import { called, type Names } from './names.ts';
import { passagesOf } from './passages.ts';
import { subjectOf } from './subject.ts';
import { PHASE_WORDS, reportLabel } from './words.ts';

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
  /** Where customers can ask. */
  desks: Desk[];
  operator: Operator;
  /** Of the notice's page. */
  url: { ja: string; en: string };
}

/**
 * The mail of a report in one language, with places for what differs from reader to reader (alerts/personal.ts). Changes since the
 * report that he had are underlined in HTML and stand between marks in plain text.
 */
export function letterFor(
  { notice, report, since, names, desks, operator, url }: LetterOf,
  language: Language,
): AlertText {
  const telling = { names: called(names), zone: operator.timeZone, language };
  const before = since ? passagesOf(notice, since, telling) : null;
  const now = passagesOf(notice, report, telling);
  const changes = changesSince(before ?? now, now, language);
  const marks = marksFor(now.map((passage) => passage.text).join());
  const view = {
    label: reportLabel(report)[language],
    asOf: report.picture.asOf ?? null,
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
    desks,
    japaneseOnly: language === 'en' && report.body.en === undefined,
  };
  return {
    subject: subjectOf(notice, report, language),
    text: tidy(render('mail/alert.text', language, operator, asData(view))),
    html: render('mail/alert.html', language, operator, asData(view)),
  };
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
    .replace(/%%todo%%\n+/, '%%todo%%')
    .replace(/^(■[^\n]*)\n\n/gm, '$1\n')
    .replace(/\n\n(?=・| {2})/g, '\n')
    .trim()}\n`;
}

/** `%%stop%%` typed by staff is text and no place to be filled in: a word joiner comes between its percent signs. */
function asData<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value).replaceAll('%%', '%\u2060%')) as Value;
}
