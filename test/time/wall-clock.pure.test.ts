import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoTime, showTime, wallClock } from '../../src/time.ts';
import { at } from '../support/clock.ts';

const ZONES = ['Asia/Tokyo', 'UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'];

test('the wall clock is what the platform says, at any moment, in any zone', () => {
  const moment = fc.integer({ min: at('1975-01-01T00:00:00Z'), max: at('2099-12-31T23:59:59Z') });
  fc.assert(
    fc.property(moment, fc.constantFrom(...ZONES), (now, zone) => {
      const { year, month, day, hour, minute, second } = wallClock(now, zone);
      const said = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
        now,
      );
      const two = (n: number) => String(n).padStart(2, '0');
      expect(`${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`).toBe(said);
      expect(Date.parse(isoTime(now, zone))).toBe(Math.floor(now / 1000) * 1000);
    }),
    { numRuns: 1000 },
  );
});

test('the last minute of winter and the first of summer are an hour apart on the wall', () => {
  expect(isoTime(at('2026-03-29T00:59:59Z'), 'Europe/Berlin')).toBe('2026-03-29T01:59:59+01:00');
  expect(isoTime(at('2026-03-29T01:00:00Z'), 'Europe/Berlin')).toBe('2026-03-29T03:00:00+02:00');
});

test('a moment is shown with its weekday and its zone', () => {
  const fault = at('2014-03-06T07:34:00+09:00');
  expect(showTime(fault, 'Asia/Tokyo', 'ja', { approximate: true })).toBe('2014年3月6日(木) 7:34頃 JST');
  expect(showTime(fault, 'Asia/Tokyo', 'en')).toBe('07:34 JST, Thu 6 Mar 2014');
});
