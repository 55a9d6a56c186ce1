import type { Operator } from '../../http/views.ts';
import { paperPdf } from '../../paper/pdf.ts';
import { type Language, showDate } from '../../time.ts';
import type { Release } from './release.ts';

/** The release as a tagged A4 PDF. Equal releases give equal bytes: its date is that of the report. */
export function pressPdf(paper: { release: Release; operator: Operator; language: Language }): Buffer {
  const { release, operator, language } = paper;
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  return paperPdf({
    language,
    title: release.title,
    author: operator.name[language],
    number: release.number,
    at: release.publishedAt,
    head: [
      [say('報道発表資料', 'Press release'), 'left'],
      [say(`番号　${release.number}`, `No. ${release.number}`), 'right'],
      [showDate(release.publishedAt, operator.timeZone, language).replace(/\(.\)$/, ''), 'right'],
      [say('報道関係各位', 'To the press'), 'left'],
      [operator.name[language], 'right'],
    ],
    lead: release.lead,
    ...(release.correctedFor ? { before: { ...release.correctedFor, label: say('訂正の理由', 'Correction') } } : {}),
    sections: release.sections,
    ...(language === 'ja' ? { closing: '以上' } : {}),
  });
}
