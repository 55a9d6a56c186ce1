import type { Instant } from '../time.ts';

/** From its first moment until just before its last. */
export interface Window {
  from: Instant;
  to: Instant;
}

/** When a work is planned: from the first to the last moment, and each time it is worked where that is more than once. */
export interface Planned extends Window {
  windows?: Window[] | undefined;
}

/** In what a work's times are told. */
interface WorkTimes {
  planned: Planned | null;
  actualFrom: Instant | null;
  actualTo: Instant | null;
}

/** Each time that was announced, the earliest first. */
export function plannedWindows(planned: Planned): Window[] {
  return planned.windows ?? [{ from: planned.from, to: planned.to }];
}

/** One plan of several windows, in whatever order they were given. */
export function planOf(windows: Window[]): Planned | null {
  const sorted = [...windows].sort((a, b) => a.from - b.from);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last) return null;
  return { from: first.from, to: last.to, ...(sorted.length > 1 ? { windows: sorted } : {}) };
}

/** A plan as the database keeps it; `windows` is the JSON of all of them, or null where there is one. */
export function readPlanned(from: Instant | null, to: Instant | null, windows: string | null): Planned | null {
  if (from === null || to === null) return null;
  return windows === null ? { from, to } : { from, to, windows: JSON.parse(windows) as Window[] };
}

/** The actual times where they are known, else the planned ones: before the real start and after the real end there is no work. */
export function workWindows({ planned, actualFrom, actualTo }: WorkTimes): Window[] {
  if (!planned) return [];
  const windows = plannedWindows(planned).map((window) => ({ ...window }));
  if (actualFrom !== null) {
    while (windows.length > 1 && (windows[0]?.to ?? 0) <= actualFrom) windows.shift();
    if (windows[0]) windows[0].from = actualFrom;
  }
  if (actualTo !== null) {
    while (windows.length > 1 && (windows.at(-1)?.from ?? 0) >= actualTo) windows.pop();
    const last = windows.at(-1);
    if (last) last.to = actualTo;
  }
  return windows;
}

/** The window at that moment, else the next one, else the last. */
export function windowAt(windows: readonly Window[], at: Instant): Window | null {
  return windows.find((window) => at < window.to) ?? windows.at(-1) ?? null;
}
