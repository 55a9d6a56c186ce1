import type { Clock, Instant } from '../../src/time.ts';

/** A clock that stands still until the test moves it. */
export interface TestClock extends Clock {
  set(at: Instant | string): void;
  advance(milliseconds: number): void;
}

export function clockAt(start: Instant | string): TestClock {
  let current = at(start);
  return {
    now: () => current,
    set: (value) => {
      current = at(value);
    },
    advance: (milliseconds) => {
      current += milliseconds;
    },
  };
}

/** `at('2014-03-06T07:34:00+09:00')` as epoch milliseconds. */
export function at(value: Instant | string): Instant {
  if (typeof value === 'number') return value;
  const parsed = Date.parse(value);
  if (Number.isNaN(parsed)) throw new Error(`${value} is no time`);
  return parsed;
}
