import { localPath } from '../../http/language.ts';
import type { Notice } from '../../notices/notice.ts';
import { type Instant, isoTime, type Language } from '../../time.ts';
import { inXml } from '../drawing/xml.ts';
import type { Printing } from '../edition/sheet.ts';
import { monthsOf } from '../months.ts';
import { noticesByService } from '../pages/service.ts';

/** As many as sitemaps.org lets one file have. */
const MOST = 50_000;

const LANGUAGES: Language[] = ['ja', 'en'];

/** A page in its languages, and when what it says last changed, where that is known. */
interface Place {
  path: string;
  changedAt?: Instant;
}

/** `/sitemap.xml`: every page for readers in both languages, what matters most first. The oldest notices are left out where there are too many. */
export function sitemap(printing: Printing): string {
  const places = placesOf(printing).slice(0, MOST / LANGUAGES.length);
  const zone = printing.operator.timeZone;
  const entries = places.flatMap(({ path, changedAt }) => {
    const href = (language: Language) => inXml(printing.publicUrl + localPath(path, language));
    const others = [...LANGUAGES.map((language) => [language, href(language)]), ['x-default', href('ja')]]
      .map(([language, url]) => `<xhtml:link rel="alternate" hreflang="${language}" href="${url}"/>`)
      .join('');
    const changed = changedAt === undefined ? '' : `<lastmod>${isoTime(changedAt, zone)}</lastmod>`;
    return LANGUAGES.map((language) => `<url><loc>${href(language)}</loc>${changed}${others}</url>`);
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ...entries,
    '</urlset>',
    '',
  ].join('\n');
}

function placesOf({ content, operator }: Printing): Place[] {
  const newest = [...content.notices].sort((a, b) => b.updatedAt - a.updatedAt);
  const works = content.notices.filter((notice) => notice.kind === 'work');
  return [
    { path: '/', changedAt: content.changedAt },
    { path: '/works', ...changed(works) },
    ...(content.timelinessPublic ? [{ path: '/timeliness' }] : []),
    { path: '/history', ...changed(content.notices) },
    { path: '/check' },
    { path: '/embed' },
    ...[...noticesByService(content)].map(([key, notices]) => ({ path: `/services/${key}`, ...changed(notices) })),
    ...monthsOf(content.notices, operator.timeZone).map(({ key, notices }) => ({
      path: `/history/${key}`,
      ...changed(notices),
    })),
    ...newest.map(({ id, updatedAt }) => ({ path: `/notices/${id}`, changedAt: updatedAt })),
  ];
}

function changed(notices: Notice[]): { changedAt?: Instant } {
  const newest = notices.reduce((at, notice) => Math.max(at, notice.updatedAt), 0);
  return newest > 0 ? { changedAt: newest } : {};
}
