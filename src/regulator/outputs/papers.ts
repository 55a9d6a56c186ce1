import { loadNames } from '../../catalogue/read.ts';
import { shownAttachments } from '../../notices/attachments/attachment.ts';
import { loadAttachments, loadMeasureProgress, loadPostings } from '../../notices/read.ts';
import { surfaceNames } from '../../notices/surfaces.ts';
import type { Paper } from '../../paper/pdf.ts';
import { readSettings } from '../../staff/settings.ts';
import { type Instant, type Language, showDate } from '../../time.ts';
import { type Accident, loadAccident } from '../accidents.ts';
import type { RegulatorGround } from '../ground.ts';
import { inquiryTotals } from '../inquiries/inquiry.ts';
import { inquiryStore } from '../inquiries/inquiry-store.ts';
import { measuresOf } from '../inquiries/measures.ts';
import { promptText } from './prompt.ts';
import { accidentSheet, type Sheet, type SheetGround } from './sheet.ts';

/** Both languages of what is handed in, as it is frozen. */
export interface Papers {
  sheet: Record<Language, Sheet>;
  prompt: Record<Language, string>;
}

/** The papers on an accident as things stand. @throws NotFound */
export async function papersOf(ground: RegulatorGround, id: string): Promise<{ accident: Accident; papers: Papers }> {
  const { clock, operator } = ground;
  const db = ground.db.kysely;
  const now = clock.now();
  const accident = await loadAccident(db, id, operator.timeZone, now);
  const attached = (await loadAttachments(db, [id])).get(id) ?? [];
  const sheetGround: SheetGround = {
    operator: operator.name,
    zone: operator.timeZone,
    names: await loadNames(db),
    postings: (await loadPostings(db, [id])).get(id) ?? [],
    surface: surfaceNames((await readSettings(db)).surfaces),
    inquiries: inquiryTotals(await inquiryStore.of(db, id)),
    measures: measuresOf(accident.notice, (await loadMeasureProgress(db, [id])).get(id)),
    // The regulator sees what is kept from the public, too.
    drawings: shownAttachments(attached.map((one) => ({ ...one, internal: false })))
      .filter((one) => one.kind === 'configuration_diagram' || one.kind === 'outline_diagram')
      .map((one) => one.alternative),
  };
  const both = <T>(of: (language: Language) => T): Record<Language, T> => ({ ja: of('ja'), en: of('en') });
  return {
    accident,
    papers: {
      sheet: both((language) => accidentSheet(accident, sheetGround, language)),
      prompt: both((language) => promptText(accident, sheetGround, { now, language })),
    },
  };
}

/** How a sheet goes on paper. `number` is that of its submission; null while it is a draft. */
export function paperOf(
  sheet: Sheet,
  about: { id: string; number: number | null; at: Instant; language: Language },
  { operator }: Pick<RegulatorGround, 'operator'>,
): Paper {
  const { language, number } = about;
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  const version =
    number === null ? say('（提出前）', ' (not handed in)') : say(`　第${number}版`, `, version ${number}`);
  return {
    language,
    title: sheet.title,
    author: operator.name[language],
    number: `${about.id}${version}`,
    at: about.at,
    head: [
      [say('電気通信事故報告書', 'Report on a telecommunications accident'), 'left'],
      [say(`番号　${about.id}${version}`, `No. ${about.id}${version}`), 'right'],
      [showDate(about.at, operator.timeZone, language), 'right'],
      [operator.name[language], 'right'],
    ],
    sections: sheet.sections,
    ...(language === 'ja' ? { closing: '以上' } : {}),
  };
}
