import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisOf } from '../../src/site/drawing/axis.ts';
import { apart, extentOf, GAP, labelAt, shorten, widthOf } from '../../src/site/drawing/letters.ts';
import { marksOf } from '../../src/site/drawing/marks.ts';
import { scaleOf } from '../../src/site/drawing/ticks.ts';
import { NARROW, WIDE } from '../../src/site/pages/timeline.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { at } from '../support/clock.ts';

const ZONE = 'Asia/Tokyo';
const START = at('2014-03-06T07:34:00+09:00');

/** A course of anything from minutes to a year: what lasts, and what is told. */
const courses = fc.record({
  spans: fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 40 * 24 * 60 }), fc.integer({ min: 1, max: 10 * 24 * 60 }))
      .map(([from, length]) => ({
        from: START + from * MINUTE,
        to: START + (from + length) * MINUTE,
      })),
    { maxLength: 8 },
  ),
  moments: fc.array(
    fc.integer({ min: 0, max: 400 * 24 * 60 }).map((minutes) => START + minutes * MINUTE),
    { minLength: 1, maxLength: 30 },
  ),
});

describe('the axis of a time line', () => {
  test('keeps everything inside and in its order, however long it took', () => {
    fc.assert(
      fc.property(courses, ({ spans, moments }) => {
        const axis = axisOf(spans, moments);
        const events = [...moments, ...spans.flatMap(({ from, to }) => [from, to])].sort((a, b) => a - b);
        let before = 0;
        for (const event of events) {
          const x = axis.place(event);
          expect(x).toBeGreaterThanOrEqual(before - 1e-9);
          expect(x).toBeLessThanOrEqual(100);
          before = x;
        }
        expect(axis.parts.length).toBeLessThanOrEqual(3);
        for (const { from, to } of spans) expect(axis.place(to)).toBeGreaterThan(axis.place(from));
      }),
    );
  });

  test('leaves out the pause before a report of months later, and never a part of what lasted', () => {
    const [end, later] = [START + 7 * HOUR, START + 120 * DAY];
    const axis = axisOf([{ from: START, to: end }], [START + 26 * MINUTE, end + HOUR, later]);
    expect(axis.parts.map(({ from, to }) => [from, to])).toEqual([
      [START, end + HOUR],
      [later, later],
    ]);
    // Most of the room is for the day itself.
    expect(axis.place(end) - axis.place(START)).toBeGreaterThan(50);
    const long = axisOf([{ from: START, to: later }], [START + HOUR, later]);
    expect(long.parts).toHaveLength(1);
  });

  test('has whole hours or days of the operator’s zone below it, whose labels do not touch', () => {
    fc.assert(
      fc.property(
        courses,
        fc.constantFrom(NARROW, WIDE),
        fc.constantFrom('ja' as const, 'en' as const),
        (course, room, language) => {
          const { ticks, hours, days } = scaleOf(axisOf(course.spans, course.moments), ZONE, language, room);
          for (const x of ticks) expect(x >= 0 && x <= 100).toBe(true);
          for (const labels of [hours, days]) {
            const extents = labels.map((label) => extentOf(label, room));
            for (const [index, extent] of extents.entries()) {
              const next = extents[index + 1];
              if (next) expect(next.left - extent.right).toBeGreaterThanOrEqual(GAP - 1e-9);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
    const day = scaleOf(axisOf([{ from: START, to: START + 7 * HOUR }], []), ZONE, 'ja', WIDE);
    expect(day.hours.map(({ text }) => text)).toContain('9:00');
    expect(day.days.map(({ text }) => text)).toEqual(['3/6(木)']);
  });
});

describe('the reports of a time line', () => {
  test('are numbers that do not touch; those too close are one mark from the first to the last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 100, noNaN: true }), { maxLength: 60 }),
        fc.constantFrom(NARROW, WIDE),
        (places, room) => {
          const numbered = places.sort((a, b) => a - b).map((x, index) => ({ number: index + 1, x }));
          const marks = marksOf(numbered, room);
          for (const [index, mark] of marks.entries()) {
            const next = marks[index + 1];
            const right = (mark.x / 100) * room + mark.width / 2;
            if (next) expect((next.x / 100) * room - next.width / 2).toBeGreaterThanOrEqual(right - 1e-9);
          }
          // Every number is in a mark.
          const named = marks.flatMap(({ text }) => {
            const [first = 0, last = first] = text.split('–').map(Number);
            return Array.from({ length: last - first + 1 }, (_, index) => first + index);
          });
          expect(named).toEqual(numbered.map(({ number }) => number));
        },
      ),
    );
    expect(
      marksOf(
        [
          { number: 1, x: 10 },
          { number: 2, x: 11 },
          { number: 3, x: 90 },
        ],
        NARROW,
      ).map(({ text }) => text),
    ).toEqual(['1–2', '3']);
  });
});

describe('the letters of a time line', () => {
  test('stay inside the drawing and apart from one another', () => {
    const texts = fc.string({ unit: fc.constantFrom('あ', 'a', '1', '：'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), texts), { maxLength: 20 }), (wanted) => {
        const labels = apart(
          wanted.map(([x, text]) => labelAt(x, shorten(text, NARROW), NARROW)),
          NARROW,
        );
        for (const label of labels) {
          const { left, right } = extentOf(label, NARROW);
          expect(left).toBeGreaterThanOrEqual(-1e-9);
          expect(right).toBeLessThanOrEqual(NARROW + 1e-9);
        }
      }),
    );
    expect(widthOf(shorten('とても長い名前のサービスがご利用いただけません', 10))).toBeLessThanOrEqual(10);
  });
});
