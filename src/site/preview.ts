import type { NoticePreview } from '../notices/ground.ts';
import type { Notice } from '../notices/notice.ts';
import type { Report } from '../notices/report.ts';
import type { Language } from '../time.ts';
import { banner } from './banner/kind.ts';
import type { Edition } from './edition/edition.ts';
import { Run } from './edition/run.ts';
import type { Kind, Printing } from './edition/sheet.ts';
import { entryOf } from './feeds/entry.ts';
import { guidance } from './guidance/kind.ts';
import { notices } from './pages/notice.ts';

/**
 * What everybody would read if this notice stood as it is given: the same sheets that an edition prints, of the newest content with
 * this one notice in it. Nothing is stored or served.
 */
export function previewOf(edition: Edition, notice: Notice, report: Report): NoticePreview | undefined {
  const printing = edition.printed?.printing;
  if (!printing) return undefined;
  const others = printing.content.notices.filter((one) => one.id !== notice.id);
  const all = [notice, ...others].sort((a, b) => (b.firstPublishedAt ?? 0) - (a.firstPublishedAt ?? 0));
  const family = [notice, ...others.filter((one) => one.rootId === notice.rootId)];
  const families = new Map(printing.content.families).set(notice.rootId, family);
  const content = { ...printing.content, notices: all, families };
  const run = new Run({ ...printing, now: Math.max(printing.now, report.publishedAt), content });
  const both = (print: (language: Language) => string) => ({ ja: print('ja'), en: print('en') });
  const only = { ...run.content, notices: [notice] };
  const alone = new Run({ ...printing, now: run.now, content: only });
  return {
    page: both((language) => printed(notices, alone, `${prefix(language)}/notices/${notice.id}`)),
    banner: both((language) => printed(banner, run, `${prefix(language)}/banner.json`)),
    guidance: both((language) => printed(guidance, run, `${prefix(language)}/guidance.txt`)),
    entry: {
      ja: entryOf({ notice, report }, content, 'ja', printing.publicUrl),
      en: entryOf({ notice, report }, content, 'en', printing.publicUrl),
    },
  };
}

function prefix(language: Language): string {
  return language === 'en' ? '/en' : '';
}

function printed(kind: Kind, printing: Printing, path: string): string {
  for (const sheet of kind.sheets(printing)) if (sheet.path === path) return String(sheet.print());
  throw new Error(`no sheet is printed for ${path}`);
}
