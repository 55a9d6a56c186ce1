import type { Service } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import type { Notice } from '../../notices/notice.ts';
import { type Language, wallClock } from '../../time.ts';
import { card, type NoticeCard } from '../card.ts';
import { excerpt, LONGEST_QUERY, type Piece, type Query, search } from '../search.ts';
import type { Printing } from '../sheet.ts';

/** More than anybody reads through: who finds so many is asked to say more. */
const MOST = 100;

export interface SearchPage {
  /** As it was typed. */
  typed: { q: string; service: string; year: string };
  problem: Message | null;
  /** null where nothing was asked for. */
  found: { card: NoticeCard; excerpt: Piece[] | null }[] | null;
  count: number;
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
  if (typed.q.length > LONGEST_QUERY) return { ...form, problem: tooLong(typed.q.length), found: null, count: 0 };
  const query: Query = {
    words: typed.q.trim(),
    service: typed.service || undefined,
    year: /^\d{4}$/.test(typed.year) ? Number(typed.year) : undefined,
  };
  if (query.words === '' && query.service === undefined && query.year === undefined) {
    return { ...form, problem: null, found: null, count: 0 };
  }
  const notices = search(content, query, yearOf);
  return {
    ...form,
    problem: null,
    count: notices.length,
    found: notices
      .slice(0, MOST)
      .map((notice) => ({ card: card(notice, content, now), excerpt: excerpt(notice, query.words, language) })),
  };
}

function tooLong(length: number): Message {
  return {
    ja: `言葉は${LONGEST_QUERY}文字以内で入力してください（いま${length}文字です）。`,
    en: `Please use at most ${LONGEST_QUERY} characters (there are ${length} now).`,
  };
}
