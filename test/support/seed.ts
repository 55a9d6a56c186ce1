import { randomInt } from 'node:crypto';

/** Repeatable chance: DRILL_SEED takes a run again. */
export function seeded(): { seed: number; random: () => number; between: (low: number, high: number) => number } {
  const seed = Number(process.env.DRILL_SEED ?? randomInt(1_000_000));
  let state = seed;
  // mulberry32
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { seed, random, between: (low, high) => low + random() * (high - low) };
}
