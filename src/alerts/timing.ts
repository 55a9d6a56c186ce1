import { HOUR, type Instant, MINUTE, wallClock } from '../time.ts';
import { LAST_WORD, RECOVERY, type Slot } from './slot.ts';

/**
 * The parts of a day in which an address may be mailed, any combination. The hours are those that customers of this country have
 * chosen from for twenty years.
 */
export const BANDS = [
  { bit: 1, from: 8, to: 19 },
  { bit: 2, from: 19, to: 23 },
  { bit: 4, from: 23, to: 8 },
] as const;

export const ANY_HOUR = 7;

/** When an address wants its mails. */
export interface Hours {
  /** Bits of BANDS. */
  hours: number;
  /** Its hours hold for the first report and for recovery, too; updates always keep them. */
  hoursForAll: boolean;
}

/** After this an alert is worth nothing any more. RELIABILITY 3.2. */
const WORTH: Record<Slot, number> = { 1: 6 * HOUR, 2: 24 * HOUR, 3: 72 * HOUR };

/** Of what waits for the recovery of the address' own server. Released by release.ts; this is 31 December 9999. */
export const UNTIL_RELEASED: Instant = 253_402_214_400_000;

/** Whether a mail in this slot keeps the address' hours: the first word and recovery are too important unless he chose so. */
function keepsHours({ hours, hoursForAll }: Hours, slot: Slot): boolean {
  return hours !== ANY_HOUR && (slot === LAST_WORD || hoursForAll);
}

/** The moment itself where the address may be mailed then, or else the beginning of its next hours. */
export function opensAt(wanted: Hours, slot: Slot, at: Instant, zone: string): Instant {
  if (!keepsHours(wanted, slot) || isIn(wanted.hours, at, zone)) return at;
  // Bands begin on the hour, and no zone is off by less than a quarter of one.
  const quarter = 15 * MINUTE;
  for (let next = Math.ceil(at / quarter) * quarter; next <= at + 25 * HOUR; next += quarter) {
    if (isIn(wanted.hours, next, zone)) return next;
  }
  return at;
}

function isIn(hours: number, at: Instant, zone: string): boolean {
  const { hour } = wallClock(at, zone);
  const band = BANDS.find(({ from, to }) => (from < to ? hour >= from && hour < to : hour >= from || hour < to));
  return band !== undefined && (hours & band.bit) !== 0;
}

export interface Window {
  notBefore: Instant;
  notAfter: Instant;
}

/**
 * When an alert may go. `hold`: recovery waits that many minutes, so that a server that fails again at once sends nobody two mails.
 * Its worth counts from when it may go first.
 */
export function windowFor(
  wanted: Hours & { zone: string },
  slot: Slot,
  { publishedAt, now, hold }: { publishedAt: Instant; now: Instant; hold: number },
): Window {
  const calm = slot === RECOVERY ? Math.max(now, publishedAt + hold * MINUTE) : now;
  const notBefore = opensAt(wanted, slot, calm, wanted.zone);
  return { notBefore, notAfter: Math.max(publishedAt, notBefore === now ? publishedAt : notBefore) + WORTH[slot] };
}

/** Of an alert that was held back and is free now. */
export function windowAfterHold(slot: Slot, now: Instant): Window {
  return { notBefore: now, notAfter: now + WORTH[slot] };
}
