import { type Instant, MINUTE, offsetMinutes, wallClock } from '../../time.ts';

/** The hours in which nobody is owed an update (REGULATION 1.8). Equal ends: there are none. */
export interface Night {
  /** HH:MM on the operator's wall. */
  from: string;
  to: string;
  zone: string;
}

const DAY_MINUTES = 24 * 60;

export function isNight(at: Instant, night: Night): boolean {
  const [from, to] = [minuteOf(night.from), minuteOf(night.to)];
  const { hour, minute } = wallClock(at, night.zone);
  const now = hour * 60 + minute;
  return from <= to ? from <= now && now < to : from <= now || now < to;
}

/** The moment itself by day; by night the moment at which the wall's clock says that the night is over. */
export function afterNight(at: Instant, night: Night): Instant {
  return isNight(at, night) ? nextWall(at, night.to, night.zone) : at;
}

/**
 * The next moment at which the wall's clock shows this time. Where a zone skips it, the moment after the gap; where a zone has it
 * twice, the second one if the first is over.
 */
export function nextWall(at: Instant, time: string, zone: string): Instant {
  const { hour, minute } = wallClock(at, zone);
  const ahead = (minuteOf(time) - (hour * 60 + minute) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const there = Math.floor(at / MINUTE) * MINUTE + ahead * MINUTE;
  // Clocks that went forward or back on the way: as much earlier or later is it.
  const moved = there - (offsetMinutes(there, zone) - offsetMinutes(at, zone)) * MINUTE;
  return moved > at && shows(moved, time, zone) ? moved : there;
}

function shows(at: Instant, time: string, zone: string): boolean {
  const { hour, minute } = wallClock(at, zone);
  return hour * 60 + minute === minuteOf(time);
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
