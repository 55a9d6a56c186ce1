import type { Message } from '../../errors.ts';

export interface FacilityList {
  /** As the API takes it. */
  facilities: string[] | 'all';
  /** What could not be read, one sentence each. */
  problems: Message[];
}

/** Between two codes. */
const TO = /(?<=.)(?:-|~|〜|–|—|から)(?=.)/;

/**
 * What staff type or paste for the facilities of an impact: codes and ranges (`051-142`), separated by commas, spaces or lines,
 * full-width or not. Nothing, or すべて, is every facility. A range means those of `known`, the service's codes, that lie in it;
 * a single code is passed on even where nobody knows it, so that the act can name it.
 */
export function parseFacilities(text: string, known: readonly string[]): FacilityList {
  const tidy = text.normalize('NFKC').trim();
  if (tidy === '' || /^(すべて|全て|全設備|all)$/i.test(tidy)) return { facilities: 'all', problems: [] };
  const codes = new Set<string>();
  const problems: Message[] = [];
  for (const token of tokensOf(tidy)) {
    const to = known.includes(token) ? null : TO.exec(token);
    if (!to) {
      codes.add(token);
      continue;
    }
    const inside = between(token.slice(0, to.index), token.slice(to.index + to[0].length), known);
    if (inside.length === 0) problems.push(emptyRange(token));
    for (const code of inside) codes.add(code);
  }
  return { facilities: [...codes], problems };
}

/** How a list of codes stands in the form. */
export function showFacilities(facilities: readonly string[] | 'all'): string {
  return facilities === 'all' ? 'すべて' : facilities.join(' ');
}

function tokensOf(tidy: string): string[] {
  return tidy
    .replace(/\s+/g, ' ')
    .replace(/ ?(-|~|〜|–|—|から) ?/g, '$1')
    .split(/[\s,、，;；・]+/)
    .filter((token) => token !== '');
}

/** Codes of the same length compare as text: 051 … 142. A range whose ends differ in length is a slip of the hand. */
function between(from: string, to: string, known: readonly string[]): string[] {
  if (from.length !== to.length) return [];
  return known.filter((code) => code.length === from.length && from <= code && code <= to);
}

function emptyRange(token: string): Message {
  return {
    ja: `範囲「${token}」に当たる設備がありません。`,
    en: `No facility of this service lies in the range "${token}".`,
  };
}
