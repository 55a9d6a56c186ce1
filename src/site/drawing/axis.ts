import { HOUR, type Instant, MINUTE } from '../../time.ts';

/** A stretch of time, drawn from `left` to `right` percent of the width. */
export interface Part {
  from: Instant;
  to: Instant;
  left: number;
  right: number;
  /** Whether something lasts in it. Otherwise it only holds moments, and its lengths mean nothing. */
  busy: boolean;
}

/** Time from left to right. Long pauses in which nothing happened and nothing lasted are left out: between two parts. */
export interface Axis {
  parts: Part[];
  place(at: Instant): number;
}

export interface Span {
  from: Instant;
  to: Instant;
}

/** Room at both ends for marks that stand on them, between parts, and for a part of a single moment. Percent. */
const MARGIN = 4.5;
const BREAK = 9;
const LEAST = 12;
const MOST_BREAKS = 2;
/** A fault that has only just been told is a minute long; less than this is not drawn larger. */
const SHORTEST = 10 * MINUTE;

/** @param spans what lasts. @param moments what only happens, such as reports. There is at least one of either. */
export function axisOf(spans: Span[], moments: Instant[]): Axis {
  const events = [...new Set([...spans.flatMap((span) => [span.from, span.to]), ...moments])].sort((a, b) => a - b);
  const first = events[0] ?? 0;
  if ((events.at(-1) ?? first) - first < SHORTEST) events.push(first + SHORTEST);
  const parts = withoutPauses(events, spans);
  layOut(parts);
  return { parts, place: (at) => placeOn(parts, at) };
}

interface Pause {
  from: Instant;
  to: Instant;
}

function withoutPauses(events: Instant[], spans: Span[]): Part[] {
  const idle = (from: Instant, to: Instant) => !spans.some((span) => span.from <= from && span.to >= to);
  const gaps = events.slice(1).flatMap((to, index): Pause[] => {
    const from = events[index] ?? to;
    return idle(from, to) ? [{ from, to }] : [];
  });
  const busy = (from: Instant, to: Instant) => spans.some((span) => span.from >= from && span.to <= to);
  let breaks = tooLong(gaps, (events.at(-1) ?? 0) - (events[0] ?? 0));
  let parts = split(events, breaks, busy);
  while (breaks.length > MOST_BREAKS) {
    // Two parts that hold only moments lie in one without harm: no length in them is read.
    const harmless = breaks.filter((_, index) => !parts[index]?.busy && !parts[index + 1]?.busy);
    const shortest = (harmless.length > 0 ? harmless : breaks).reduce((a, b) => (length(b) < length(a) ? b : a));
    breaks = breaks.filter((one) => one !== shortest);
    parts = split(events, breaks, busy);
  }
  return parts;
}

const length = (span: Pause) => span.to - span.from;

/** A pause is too long where it is longer than all that is drawn beside it. */
function tooLong(gaps: Pause[], total: number): Pause[] {
  let drawn = total - gaps.reduce((sum, gap) => sum + length(gap), 0);
  const long = new Set<Pause>();
  for (const gap of gaps.toSorted((a, b) => length(a) - length(b))) {
    if (length(gap) > Math.max(drawn, HOUR)) long.add(gap);
    else drawn += length(gap);
  }
  return gaps.filter((gap) => long.has(gap));
}

function split(events: Instant[], breaks: Pause[], busy: (from: Instant, to: Instant) => boolean): Part[] {
  const starts = [events[0] ?? 0, ...breaks.map((one) => one.to)];
  const ends = [...breaks.map((one) => one.from), events.at(-1) ?? 0];
  return starts.map((from, index) => {
    const to = ends[index] ?? from;
    return { from, to, left: 0, right: 0, busy: busy(from, to) };
  });
}

/** Parts in which something lasts have one scale, and each part can be seen. */
function layOut(parts: Part[]): void {
  const room = 100 - 2 * MARGIN - BREAK * (parts.length - 1);
  const scaled = parts.some((part) => part.busy) ? parts.filter((part) => part.busy) : [...parts];
  const total = () => scaled.reduce((sum, part) => sum + length(part), 0);
  const left = () => room - LEAST * (parts.length - scaled.length);
  const width = (part: Part) => (total() > 0 ? (length(part) / total()) * left() : left() / scaled.length);
  // What would be too small to be seen is drawn larger than the scale says.
  for (let tiny = scaled.find((part) => width(part) < LEAST); tiny && scaled.length > 1; ) {
    scaled.splice(scaled.indexOf(tiny), 1);
    tiny = scaled.find((part) => width(part) < LEAST);
  }
  let x = MARGIN;
  for (const part of parts) {
    part.left = x;
    part.right = x + (scaled.includes(part) ? width(part) : LEAST);
    x = part.right + BREAK;
  }
}

function placeOn(parts: Part[], at: Instant): number {
  const index = parts.findIndex((part) => at <= part.to);
  const part = parts[index];
  if (!part) return parts.at(-1)?.right ?? 0;
  if (at < part.from) return index === 0 ? part.left : part.left - BREAK / 2;
  return length(part) === 0 ? (part.left + part.right) / 2 : scaleIn(part, at);
}

function scaleIn(part: Part, at: Instant): number {
  return part.left + ((at - part.from) / (part.to - part.from)) * (part.right - part.left);
}
