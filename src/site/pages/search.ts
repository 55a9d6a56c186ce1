import type { Service } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import type { Notice } from '../../notices/notice.ts';
import { type Language, wallClock } from '../../time.ts';
import { card, type NoticeCard } from '../card.ts';
import type { Printing } from '../edition/sheet.ts';
import { excerpt, LONGEST_QUERY, type Piece, type Query, search } from '../search.ts';

/** So many on a page. */
const AT_A_TIME = 20;

export interface SearchPage {
  /** As it was typed. */
  typed: { q: string; service: string; year: string };
  problem: Message | null;
  /** null where nothing was asked for. */
  found: { card: NoticeCard; excerpt: Piece[] | null }[] | null;
  count: number;
  /** Of the page that is shown, from 1; and of the last. */
  at: number;
  last: number;
  services: Service[];
  years: number[];
}

/** `/history/search?q=&service=&year=`: answered from what the edition was made of. */
export function searchPage(printing: Printing, asked: URLSearchParams, language: Language): SearchPage {
  const { content, now, operator } = printing;
  const typed = { q: asked.get('q') ?? '', service: asked.get('service') ?? '', year: asked.get('year') ?? '' };
  const yearOf = (notice: Notice) => wallClock(notice.occurredAt, operator.timeZone).year;
  const years = [...new Set(content.notices.map(yearOf))].sort((a, b) => b - a);
  const { services } = content.catalogue;
  const form = { typed, services, years };
  if (typed.q.length > LONGEST_QUERY) return { ...form, problem: tooLong(typed.q.length), ...NOTHING };
  const query: Query = {
    words: typed.q.trim(),
    service: typed.service || undefined,
    year: /^\d{4}$/.test(typed.year) ? Number(typed.year) : undefined,
  };
  if (query.words === '' && query.service === undefined && query.year === undefined) {
    return { ...form, problem: null, ...NOTHING };
  }
  const notices = search(content, query, yearOf);
  const last = Math.max(1, Math.ceil(notices.length / AT_A_TIME));
  const wanted = asked.get('page') ?? '';
  const at = /^\d{1,4}$/.test(wanted) ? Math.min(last, Math.max(1, Number(wanted))) : 1;
  return {
    ...form,
    problem: null,
    count: notices.length,
    at,
    last,
    found: notices
      .slice((at - 1) * AT_A_TIME, at * AT_A_TIME)
      .map((notice) => ({ card: card(notice, content, now), excerpt: excerpt(notice, query.words, language) })),
  };
}

const NOTHING = { found: null, count: 0, at: 1, last: 1 };

function tooLong(length: number): Message {
  return {
    ja: `言葉は${LONGEST_QUERY}文字以内で入力してください（いま${length}文字です）。`,
    en: `Please use at most ${LONGEST_QUERY} characters (there are ${length} now).`,
  };
}
