import { expect, test } from 'vitest';
import { Busy } from '../../src/errors.ts';
import { NetworkPace } from '../../src/http/network-pace.ts';
import { MINUTE } from '../../src/time.ts';
import { clockAt } from '../support/clock.ts';

function pace() {
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const network = new NetworkPace(clock, { burst: 5, perMinute: 2 });
  /** How many of so many were let in, and after how long the next may come. */
  const tries = (count: number, ip: (n: number) => string) => {
    let taken = 0;
    let wait = 0;
    for (let n = 0; n < count; n++) {
      try {
        network.take(ip(n));
        taken++;
      } catch (error) {
        if (!(error instanceof Busy)) throw error;
        wait = error.retryAfterSeconds;
      }
    }
    return { taken, wait };
  };
  return { clock, tries };
}

test('a network has its allowance at once and then one after the other: it is slowed and never locked out', () => {
  const { clock, tries } = pace();
  const carrier = () => '203.0.113.7';
  expect(tries(50, carrier)).toEqual({ taken: 5, wait: 30 });
  clock.advance(MINUTE / 2);
  expect(tries(50, carrier).taken).toBe(1);
  for (let minute = 0; minute < 10; minute++) {
    clock.advance(MINUTE);
    expect(tries(50, carrier).taken).toBe(2);
  }
  clock.advance(60 * MINUTE);
  expect(tries(50, carrier).taken).toBe(5);
});

test('others are not touched; who jumps within his own /64 is one, and within his block ten', () => {
  const { tries } = pace();
  expect(tries(50, () => '203.0.113.7').taken).toBe(5);
  expect(tries(5, () => '198.51.100.1').taken).toBe(5);
  expect(tries(50, (n) => `2001:db8:1:2::${n.toString(16)}`).taken).toBe(5);
  expect(tries(200, (n) => `2001:db8:9:${n.toString(16)}::1`).taken).toBe(50);
  expect(tries(200, (n) => `192.0.2.${n}`).taken).toBe(50);
  expect(tries(5, () => '::ffff:203.0.113.8').taken).toBe(5);
});
