import { type Instant, type Language, parseLocalInput, showClock, showDay, wallClock } from '../../time.ts';
import { addDays, type Day, dayOf, startOfDay } from '../days.ts';
import type { Axis, Part } from './axis.ts';
import { apart, GAP, type Label, labelAt, widthOf } from './letters.ts';

/** What stands below the axis: the hours, and the days to which they belong. */
export interface Scale {
  /** Where a line crosses the axis, in percent. */
  ticks: number[];
  hours: Label[];
  days: Label[];
}

/** Minutes between two ticks, within a day. */
const MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720];
/** Days between two ticks. */
const DAYS = [1, 2, 7, 14, 28, 91, 182, 364, 1092];

/** Ticks at whole hours and days of the zone, as many as there is room for, in rem. */
export function scaleOf(axis: Axis, zone: string, language: Language, room: number): Scale {
  const year = wallClock(axis.parts[0]?.from ?? 0, zone).year;
  const scale: Scale = { ticks: [], hours: [], days: [] };
  for (const part of axis.parts) {
    const day = (at: Instant) =>
      showDay(at, zone, language, { withYear: wallClock(at, zone).year !== year, withoutWeekday: !part.busy });
    const ticks = ticksIn(part, zone, room);
    const midnights = ticks.filter((at) => isMidnight(at, zone));
    const hours = ticks.length > midnights.length;
    const named = midnights[0] === part.from ? midnights : [part.from, ...midnights];
    for (const at of ticks) {
      scale.ticks.push(axis.place(at));
      if (hours) scale.hours.push(labelAt(axis.place(at), showClock(at, zone, language, { withoutZone: true }), room));
    }
    for (const at of named) scale.days.push(labelAt(axis.place(at), day(at), room));
  }
  return { ticks: scale.ticks, hours: apart(scale.hours, room), days: apart(scale.days, room) };
}

function ticksIn(part: Part, zone: string, room: number): Instant[] {
  if (part.from === part.to) return [];
  const width = ((part.right - part.left) / 100) * room;
  const most = (label: string) => Math.max(1, Math.floor(width / (widthOf(label) + 2 * GAP)));
  const minutes = (part.to - part.from) / 60_000;
  const step = MINUTES.find((one) => minutes / one <= most('00:00'));
  if (step !== undefined) return timesOfDay(part, step, zone);
  const days = DAYS.find((one) => minutes / 1440 / one <= most('00/00(日)')) ?? DAYS.at(-1) ?? 1;
  return daysOf(part, zone, days)
    .map((day) => startOfDay(day, zone))
    .filter((at) => at >= part.from && at <= part.to);
}

function timesOfDay(part: Part, step: number, zone: string): Instant[] {
  return daysOf(part, zone)
    .flatMap((day) =>
      Array.from({ length: Math.ceil(1440 / step) }, (_, index) => {
        const minute = index * step;
        const [hour, rest] = [Math.floor(minute / 60), minute % 60];
        return parseLocalInput(`${day}T${two(hour)}:${two(rest)}`, zone) ?? 0;
      }),
    )
    .filter((at) => at >= part.from && at <= part.to);
}

function daysOf(part: Part, zone: string, step = 1): Day[] {
  const days: Day[] = [];
  const last = dayOf(part.to, zone);
  for (let day = dayOf(part.from, zone); day <= last; day = addDays(day, step)) days.push(day);
  return days;
}

function isMidnight(at: Instant, zone: string): boolean {
  const { hour, minute } = wallClock(at, zone);
  return hour === 0 && minute === 0;
}

const two = (n: number) => String(n).padStart(2, '0');
