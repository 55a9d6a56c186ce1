import { localPath } from '../../http/language.ts';
import { inLanguage, type Notice, workWindow } from '../../notices/notice.ts';
import { isoTime, type Language } from '../../time.ts';
import { card } from '../card.ts';
import type { Printing } from '../edition/sheet.ts';

/** A notice as schema.org has it, for search engines: news of the operator about these services. Ready to stand in a script element. */
export function linkedNotice(
  notice: Notice,
  { content, now, operator, publicUrl }: Printing,
  language: Language,
): string {
  const url = publicUrl + localPath(`/notices/${notice.id}`, language);
  const { state, updatedAt, impacts } = card(notice, content, now);
  const { timeZone, name } = operator;
  const services = new Set(impacts.map(({ service }) => inLanguage(service, language)));
  const who = { '@type': 'Organization', name: name[language], url: publicUrl };
  const window = workWindow(notice);
  const linked = {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    mainEntityOfPage: url,
    url,
    headline: inLanguage(notice.title, language),
    inLanguage: language,
    articleSection: state[language],
    datePublished: isoTime(notice.firstPublishedAt ?? updatedAt, timeZone),
    dateModified: isoTime(updatedAt, timeZone),
    ...(window
      ? { temporalCoverage: `${isoTime(window.from, timeZone)}/${isoTime(window.to, timeZone)}` }
      : { temporalCoverage: `${isoTime(notice.occurredAt, timeZone)}/..` }),
    about: [...services].map((service) => ({ '@type': 'Service', name: service, provider: who })),
    author: who,
    publisher: who,
  };
  // Staff's words must not end the element that they stand in.
  return JSON.stringify(linked).replaceAll('<', '\\u003c');
}
