/** A thing to say. Rank 0 is always said; of the rest the lower ranks come first while there is room. */
export interface Ranked<Said> {
  rank: number;
  said: Said;
  /** In the unit of the room: characters, weighted characters. */
  size: number;
}

/** What there is room for, in the order in which it was given. What is too long is left out whole, never cut. */
export function within<Said>(all: Ranked<Said>[], room: number): Said[] {
  let left = room;
  const kept = new Set<Ranked<Said>>();
  for (const one of all.toSorted((a, b) => a.rank - b.rank)) {
    if (one.rank > 0 && one.size > left) continue;
    left -= one.size;
    kept.add(one);
  }
  return all.filter((one) => kept.has(one)).map((one) => one.said);
}
