import type { Name, Service } from '../../catalogue/catalogue.ts';
import { localPath } from '../../http/language.ts';
import { inLanguage, type Notice } from '../../notices/notice.ts';
import type { Language } from '../../time.ts';
import type { Kind, Printing, Sheet } from '../edition/sheet.ts';
import type { Channel } from './channel.ts';
import { entryOf } from './entry.ts';
import { atom, json, rss } from './forms.ts';
import { byService, lastToldFirst, newestReports, type Told } from './newest.ts';
import { writable } from './text.ts';

const FORMS: { file: string; type: string; print: (channel: Channel) => string }[] = [
  { file: 'feed.atom', type: 'application/atom+xml; charset=utf-8', print: atom },
  { file: 'feed.rss', type: 'application/rss+xml; charset=utf-8', print: rss },
  { file: 'feed.json', type: 'application/feed+json; charset=utf-8', print: json },
];

/** `/feed.atom`, `/feed.rss`, `/feed.json`: each report as it is published; and the same for each service. */
export const feeds: Kind = {
  routes: FORMS.flatMap(({ file }) => [`/${file}`, `/services/:key/${file}`]),
  *sheets(printing) {
    const notices = lastToldFirst(printing.content.notices);
    yield* feedSheets(printing, notices);
    const ofService = byService(notices);
    for (const service of printing.content.catalogue.services) {
      yield* feedSheets(printing, ofService.get(service.key) ?? [], service);
    }
  },
};

/** Three forms in two languages. Late: readers of feeds come by the minute, and a large fault touches hundreds of services. */
function* feedSheets(printing: Printing, notices: Notice[], service?: Service): Iterable<Sheet> {
  const told = newestReports(notices);
  const folder = service ? `/services/${service.key}` : '';
  const reports = told.map(({ notice, report }) => `${notice.id}.${report.number}.${report.revision}`).join();
  const seal = `${reports} ${JSON.stringify(service?.name ?? '')}`;
  for (const language of LANGUAGES) {
    for (const { file, type, print } of FORMS) {
      const path = localPath(`${folder}/${file}`, language);
      const make = () => print(channelOf(printing, path, language, told, service?.name));
      yield { path, type, seal, print: make, late: true, use: 'open' };
    }
  }
}

/** A customer's own channel: fewer notices, and an address that is his secret, so that only the feed itself names it. */
export function ownChannel(printing: Printing, path: string, language: Language, notices: Notice[]): Channel {
  const told = newestReports(lastToldFirst(notices));
  const name = { ja: 'マイ商品リスト', en: 'My services' };
  return channelOf(printing, localPath(path, language), language, told, name);
}

const LANGUAGES: Language[] = ['ja', 'en'];

function channelOf(printing: Printing, path: string, language: Language, told: Told[], service?: Name): Channel {
  const { operator, publicUrl, content } = printing;
  const author = inLanguage(operator.name, language);
  const all = language === 'ja' ? `${author} 故障・工事情報` : `${author} service status`;
  const name = service && inLanguage(service, language);
  return {
    self: publicUrl + path,
    home: publicUrl + localPath('/', language),
    title: writable(name === undefined ? all : language === 'ja' ? `${name}｜${all}` : `${name} | ${all}`),
    description:
      language === 'ja'
        ? 'サービスの故障と工事のお知らせを、掲載した順に配信します。'
        : 'Faults of our services and planned work, as they are published.',
    author: writable(author),
    language,
    entries: told.map((one) => entryOf(one, content, language, publicUrl)),
  };
}
