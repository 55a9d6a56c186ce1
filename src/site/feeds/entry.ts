import type { Message } from '../../errors.ts';
import { localPath } from '../../http/language.ts';
import { inLanguage, noticeState, type Text } from '../../notices/notice.ts';
import { bodyHtml } from '../../notices/wording/markup.ts';
import { PHASE_WORDS, STATE_WORDS } from '../../notices/wording/words.ts';
import type { Instant, Language } from '../../time.ts';
import type { SiteContent } from '../edition/content.ts';
import { firstTold } from '../first-told.ts';
import type { Told } from './newest.ts';
import { writable } from './text.ts';

/** One report as readers of a feed get it: the same words for ever, until the report itself is corrected. */
export interface Entry {
  /** Absolute, with the report's place on its page: also the name by which a reader knows it again. */
  url: string;
  title: string;
  html: string;
  /** Of the text: Japanese where staff wrote no English. */
  language: Language;
  publishedAt: Instant;
  /** When its newest correction came out, else when it was published. */
  updatedAt: Instant;
}

export function entryOf(told: Told, content: SiteContent, language: Language, publicUrl: string): Entry {
  const { notice, report } = told;
  return {
    url: `${publicUrl}${localPath(`/notices/${notice.id}`, language)}#report-${report.number}`,
    title: writable(titleOf(told, language)),
    html: writable(htmlOf(told, language, publicUrl)),
    language: language === 'en' && report.body.en === undefined ? 'ja' : language,
    publishedAt: firstTold(notice, report, content),
    updatedAt: report.publishedAt,
  };
}

/** 【回復】OCNメールがご利用いただけません（第3報）, with the title as it was when this was told. */
function titleOf(told: Told, language: Language): string {
  const { title } = told.report.picture;
  const { number, revision } = told.report;
  const state = stateThen(told)[language];
  if (language === 'ja') return `【${state}】${title.ja}（第${number}報${revision > 0 ? '改' : ''}）`;
  return `[${state}] ${inLanguage(title, 'en')} (report ${number}${revision > 0 ? ', corrected' : ''})`;
}

/** Where the notice stood by this report, whatever has been told since. */
function stateThen({ notice, report }: Told): Message {
  if (notice.kind === 'work') {
    const { ja, en } = PHASE_WORDS[report.phase];
    return { ja: `工事${ja}`, en: `Work: ${en.toLowerCase()}` };
  }
  const reports = notice.reports.filter((one) => one.number <= report.number);
  return STATE_WORDS[noticeState({ ...notice, impacts: report.picture.impacts, reports }, Number.MAX_SAFE_INTEGER)];
}

function htmlOf({ report }: Told, language: Language, publicUrl: string): string {
  const { body, reason } = report;
  const why = reason
    ? `<p><strong>${language === 'ja' ? '訂正の理由：' : 'Reason for the correction: '}</strong></p>\n${passage(reason, language)}\n`
    : '';
  // A body may show nothing (a link's definition alone); all three forms want one.
  return absolute(why + passage(body, language), publicUrl) || '<p></p>';
}

/** As on the page; what is Japanese in an English feed says so. */
function passage(text: Text, language: Language): string {
  const html = bodyHtml(inLanguage(text, language));
  return language === 'en' && text.en === undefined ? `<div lang="ja">${html}</div>` : html;
}

/** A path of ours leads nowhere in a reader's window. No text can hold a quotation mark that is not escaped. */
function absolute(html: string, publicUrl: string): string {
  return html.replaceAll('href="/', `href="${publicUrl}/`);
}
