import { type Bands, bandOf } from './bands.ts';

/** An accident as the statistics see it: one cell, by its longest duration and its largest number of users. */
export interface Counted {
  id: string;
  /** Reports of one accident by several operators share this; they count once. */
  accident: string;
  fiscalYear: number;
  level: 'major' | 'periodic';
  minutes: number;
  /** Null: not known; such an accident stands outside the matrix. */
  users: number | null;
  category: string;
  services: string[];
  cause: string | null;
  equipment: string | null;
}

export interface Matrix {
  /** cells[minutes][users] */
  cells: number[][];
  byMinutes: number[];
  byUsers: number[];
  total: number;
  /** Accidents without a number of users. */
  outside: number;
}

/** Reports of one accident become one: with the longest time, the most users and what the first one says of the rest. */
export function once(accidents: Counted[]): Counted[] {
  const merged = new Map<string, Counted>();
  for (const one of accidents) {
    const other = merged.get(one.accident);
    merged.set(one.accident, other ? joined(other, one) : one);
  }
  return [...merged.values()];
}

function joined(a: Counted, b: Counted): Counted {
  return {
    ...a,
    level: a.level === 'major' || b.level === 'major' ? 'major' : 'periodic',
    minutes: Math.max(a.minutes, b.minutes),
    // A provider's number holds his resellers' users already: adding would count them twice.
    users: a.users === null ? b.users : Math.max(a.users, b.users ?? 0),
    services: [...new Set([...a.services, ...b.services])],
    cause: a.cause ?? b.cause,
    equipment: a.equipment ?? b.equipment,
  };
}

export function matrixOf(accidents: Counted[], bands: Bands): Matrix {
  const cells = bands.minutes.map(() => bands.users.map(() => 0));
  for (const one of accidents) {
    const row = cells[bandOf(bands.minutes, one.minutes)];
    if (one.users === null || !row) continue;
    const column = bandOf(bands.users, one.users);
    row[column] = (row[column] ?? 0) + 1;
  }
  const sum = (list: number[]) => list.reduce((total, count) => total + count, 0);
  const byMinutes = cells.map(sum);
  const byUsers = bands.users.map((_, column) => sum(cells.map((row) => row[column] ?? 0)));
  const total = sum(byMinutes);
  return { cells, byMinutes, byUsers, total, outside: accidents.length - total };
}

export interface Share {
  key: string | null;
  count: number;
  /** Of the year before. */
  before: number;
  percent: number;
}

/** How many accidents have each key, the most first, beside the year before. An accident may have several keys. */
export function sharesBy(now: Counted[], before: Counted[], keys: (one: Counted) => (string | null)[]): Share[] {
  const count = (list: Counted[]) => {
    const counts = new Map<string | null, number>();
    for (const one of list) for (const key of new Set(keys(one))) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  };
  const [these, those] = [count(now), count(before)];
  const all = new Set([...these.keys(), ...those.keys()]);
  return [...all]
    .map((key) => {
      const one = these.get(key) ?? 0;
      return { key, count: one, before: those.get(key) ?? 0, percent: now.length === 0 ? 0 : (one / now.length) * 100 };
    })
    .sort((a, b) => b.count - a.count || b.before - a.before || String(a.key).localeCompare(String(b.key)));
}

/** What the matrix must satisfy whatever is counted: its sums agree in both directions and with the number of accidents. */
export function sumsAgree(matrix: Matrix, accidents: number): boolean {
  const sum = (list: number[]) => list.reduce((total, count) => total + count, 0);
  return (
    sum(matrix.byMinutes) === matrix.total &&
    sum(matrix.byUsers) === matrix.total &&
    matrix.total + matrix.outside === accidents
  );
}
