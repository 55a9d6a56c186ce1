import { widthOf } from './letters.ts';

/** A pill with one number, or with the first and the last of several that stand too close: 3–5. */
export interface Mark {
  /** Its middle, in percent. */
  x: number;
  /** In rem. */
  width: number;
  text: string;
}

/** Beside the text of a pill, and between two pills. Rem. */
const INSIDE = 1;
const BETWEEN = 0.25;

interface Group {
  first: { number: number; x: number };
  last: { number: number; x: number };
}

/** Numbered moments, in their order, as pills that do not touch one another. @param room in rem. */
export function marksOf(numbered: { number: number; x: number }[], room: number): Mark[] {
  const groups: Group[] = [];
  for (const one of numbered) {
    groups.push({ first: one, last: one });
    for (let pair = touching(groups, room); pair; pair = touching(groups, room)) {
      groups.splice(-2, 2, { first: pair[0].first, last: pair[1].last });
    }
  }
  return groups.map((group) => markOf(group, room));
}

function touching(groups: Group[], room: number): [Group, Group] | undefined {
  const [before, last] = groups.slice(-2);
  if (!before || !last) return undefined;
  const [a, b] = [markOf(before, room), markOf(last, room)];
  const distance = ((b.x - a.x) / 100) * room;
  return distance < (a.width + b.width) / 2 + BETWEEN ? [before, last] : undefined;
}

function markOf({ first, last }: Group, room: number): Mark {
  const text = first === last ? String(first.number) : `${first.number}–${last.number}`;
  const width = widthOf(text) + INSIDE;
  const half = (width / 2 / room) * 100;
  return { x: Math.min(100 - half, Math.max(half, (first.x + last.x) / 2)), width, text };
}
