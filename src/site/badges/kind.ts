import { localPath } from '../../http/language.ts';
import { inLanguage } from '../../notices/notice.ts';
import type { Language } from '../../time.ts';
import type { Kind, Sheet } from '../edition/sheet.ts';
import { headline } from '../headline.ts';
import { SERVICE_WORDS, type ServiceState, serviceStates } from '../service-state.ts';
import type { Badge } from '../words.ts';
import { type BadgeText, drawBadge, inkOf } from './drawing.ts';

const LANGUAGES: Language[] = ['ja', 'en'];

/** `/badge.svg` and `/services/{key}/badge.svg` for other pages; the same as `.json` for those who draw badges themselves. */
export const badges: Kind = {
  routes: ['/badge.svg', '/badge.json', '/services/:key/badge.svg', '/services/:key/badge.json'],
  *sheets(printing) {
    const { content, now, operator } = printing;
    const { badge } = headline(content, now);
    const all = { name: operator.name, badge, state: SERVICE_WORDS[badge] };
    yield* badgeSheets('', all);
    for (const service of serviceStates(content, now)) yield* badgeSheets(`/services/${service.key}`, service);
  },
};

/** Late: most services' badges stand on no page at all. */
function* badgeSheets(folder: string, of: Pick<ServiceState, 'name' | 'badge' | 'state'>): Iterable<Sheet> {
  for (const language of LANGUAGES) {
    const text = { language, badge: of.badge, label: inLanguage(of.name, language), message: of.state[language] };
    const sheet = { seal: JSON.stringify(text), late: true, use: 'open' } as const;
    yield {
      ...sheet,
      path: localPath(`${folder}/badge.svg`, language),
      type: 'image/svg+xml; charset=utf-8',
      print: () => drawBadge(text),
    };
    yield {
      ...sheet,
      path: localPath(`${folder}/badge.json`, language),
      type: 'application/json; charset=utf-8',
      print: () => shieldsJson(text),
    };
  }
}

/** What shields.io makes a badge of (https://shields.io/badges/endpoint-badge). It knows no shapes: the sign stands in the text. */
function shieldsJson({ label, message, badge }: BadgeText): string {
  const answer = { schemaVersion: 1, label, message: `${SIGNS[badge]} ${message}`, color: inkOf(badge).slice(1) };
  return `${JSON.stringify(answer)}\n`;
}

/** Before the words of the pages' badges, public/style.css. */
const SIGNS: Record<Badge, string> = { fault: '✕', delay: '▲', work: '■', normal: '○', recovered: '✓', planned: '□' };
