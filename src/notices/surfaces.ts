import type { Message } from '../errors.ts';
import type { Notice, Text } from './notice.ts';
import type { Posting } from './store.ts';

/** Where a report appears: ours, and what settings name beside them. */
export interface Surface {
  key: string;
  name: Text;
}

/** Surfaces that operators told of their accidents; a setting may name them otherwise. */
export const WELL_KNOWN_SURFACES: Record<string, Message> = {
  ocn_top: { ja: 'OCNトップページ', en: 'OCN top page' },
  official_top: { ja: 'オフィシャルトップページ', en: 'Official top page' },
  press: { ja: '報道発表', en: 'Press release' },
  press_conference: { ja: '記者会見', en: 'Press conference' },
  own_site: { ja: '自社サイト', en: 'Our own site' },
  own_site_top: { ja: '自社サイトのトップページ', en: 'Top page of our own site' },
  branch_site: { ja: '支店のサイト', en: 'Site of a branch' },
  blog: { ja: '公式ブログ', en: 'Official blog' },
  sns: { ja: 'SNS', en: 'Social networks' },
  mail: { ja: '個別のメール', en: 'Mail to customers' },
  fax_mail_phone: { ja: 'FAX・メール・電話', en: 'Fax, mail and telephone' },
  direct_mail: { ja: '郵送', en: 'Letters' },
  broadcast: { ja: 'L字放送', en: 'Television overlay' },
  phone_meeting: { ja: '電話・打ち合わせ', en: 'Telephone and meetings' },
  call_centre: { ja: '電話窓口・店頭', en: 'Call centre and shops' },
};

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

/** What a surface is called: as settings name it, else as it is known, else by its key. */
export function surfaceNames(lines: readonly string[]): (key: string) => Text {
  const names = new Map([...OWN, ...surfacesOf(lines)].map(({ key, name }) => [key, name]));
  return (key) => names.get(key) ?? WELL_KNOWN_SURFACES[key] ?? { ja: key };
}

/** When which report appeared where, with the surface's name and how long after the occurrence it was (SYSTEMS 22). */
export function postingLooks(notice: Notice, postings: readonly Posting[], others: readonly Surface[]) {
  const names = new Map([...OWN, ...others].map(({ key, name }) => [key, name]));
  return postings.map((posting) => ({
    ...posting,
    name: names.get(posting.surface) ?? WELL_KNOWN_SURFACES[posting.surface] ?? { ja: posting.surface },
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
