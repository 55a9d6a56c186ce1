import { changesSince, type Passage, type PassageChange } from '../../notices/changes.ts';
import type { Notice } from '../../notices/notice.ts';
import type { Report } from '../../notices/report.ts';
import { bodyHtml, changedBodyHtml } from '../../notices/wording/markup.ts';
import { passagesOf } from '../../notices/wording/passages.ts';
import type { Instant, Language } from '../../time.ts';
import type { Printing } from '../edition/sheet.ts';

/** A report in one language as it stands on its notice's page: what it says, and what of it is news. */
export interface Told {
  revision: number;
  publishedAt: Instant;
  /** Against which report changes are shown: the one before or, in a correction, the text that was corrected. */
  since: { number: number; revision: number } | null;
  /** HTML; what is new in it is underlined. */
  body: string;
  /** Japanese, because nobody wrote it in English. */
  bodyIsJapanese: boolean;
  /** What else it says otherwise than `since`, or for the first time. */
  changed: PassageChange[];
  /** What `since` said and this does not, by name. */
  withdrawn: string[];
  /** All that it says beside its body. */
  passages: Passage[];
  /** What it said before it was corrected, newest first. */
  before: Told[];
}

/** The reports of a notice, newest first. `revisions` are all texts that ever stood, oldest first. */
export function toldReports(notice: Notice, revisions: Report[], printing: Printing): Record<Language, Told[]> {
  const all = revisions.length > 0 ? revisions : notice.reports;
  return { ja: toldIn('ja', notice, all, printing), en: toldIn('en', notice, all, printing) };
}

function toldIn(language: Language, notice: Notice, all: Report[], { content, operator }: Printing): Told[] {
  const telling = { names: content.names, zone: operator.timeZone, language };
  const spoken = all.map((report) => ({ report, passages: passagesOf(notice, report, telling) }));
  const tell = (one: Spoken): Told => told(one, before(spoken, one.report), language);
  return notice.reports.toReversed().map((report) => {
    const texts = spoken.filter((one) => one.report.number === report.number).map(tell);
    const [newest, ...earlier] = texts.toReversed();
    if (!newest) throw new Error(`report ${report.number} of ${notice.id} has no text`);
    return { ...newest, before: earlier };
  });
}

interface Spoken {
  report: Report;
  passages: Passage[];
}

function before(spoken: Spoken[], { number, revision }: Report): Spoken | undefined {
  return revision > 0
    ? spoken.find(({ report }) => report.number === number && report.revision === revision - 1)
    : spoken.findLast(({ report }) => report.number === number - 1);
}

function told({ report, passages }: Spoken, since: Spoken | undefined, language: Language): Told {
  const changes = since ? changesSince(since.passages, passages, language) : [];
  const body = textOf(report, language);
  return {
    revision: report.revision,
    publishedAt: report.publishedAt,
    since: since ? { number: since.report.number, revision: since.report.revision } : null,
    body: since ? changedBodyHtml(textOf(since.report, language), body, language) : bodyHtml(body),
    bodyIsJapanese: language === 'en' && report.body.en === undefined,
    changed: changes.filter(({ key, change }) => key !== 'body' && (change === 'new' || change === 'changed')),
    withdrawn: changes.filter(({ change }) => change === 'withdrawn').map(({ label }) => label),
    passages: passages.filter(({ key }) => key !== 'body'),
    before: [],
  };
}

function textOf({ body }: Report, language: Language): string {
  return language === 'en' ? (body.en ?? body.ja) : body.ja;
}
