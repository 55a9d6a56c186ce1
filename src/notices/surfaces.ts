import type { Notice, Text } from './notice.ts';
import type { Posting } from './store.ts';

/** Where a report appears: ours, and what settings name beside them. */
export interface Surface {
  key: string;
  name: Text;
}

const OWN: readonly Surface[] = [
  { key: 'support', name: { ja: 'サポートページ', en: 'Support page' } },
  { key: 'top', name: { ja: 'トップページ', en: 'Top page' } },
];

/** The lines of the setting `surfaces`: `press = 報道発表 / Press release`. */
export function surfacesOf(lines: readonly string[]): Surface[] {
  return lines.map((line) => {
    const [key = '', names = ''] = line.split('=').map((part) => part.trim());
    const [ja = '', en] = names.split('/').map((part) => part.trim());
    return { key, name: en ? { ja, en } : { ja } };
  });
}

/** When which report appeared where, with the surface's name and how long after the occurrence it was (SYSTEMS 22). */
export function postingLooks(notice: Notice, postings: readonly Posting[], others: readonly Surface[]) {
  const names = new Map([...OWN, ...others].map(({ key, name }) => [key, name]));
  return postings.map((posting) => ({
    ...posting,
    name: names.get(posting.surface) ?? { ja: posting.surface },
    /** Milliseconds; null where only the day is known, or before the onset as it was corrected later. */
    after:
      posting.known === 'minute' && posting.postedAt >= notice.occurredAt ? posting.postedAt - notice.occurredAt : null,
  }));
}

/** Who has not had the newest report yet: the other brands and the resellers (SYSTEMS 87, 88). */
export function notYetOn(notice: Notice, postings: readonly Posting[], others: readonly Surface[]): Surface[] {
  const last = notice.reports.at(-1)?.number;
  const has = new Set(postings.filter(({ reportNumber }) => reportNumber === last).map(({ surface }) => surface));
  return last === undefined ? [] : others.filter(({ key }) => !has.has(key));
}
