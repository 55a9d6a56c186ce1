import { setImmediate } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import type { Reader } from '../../db/open.ts';
import { isoTime } from '../../time.ts';
import { readPlace, searchTrail, type TrailEntry } from './search.ts';
import type { TrailFilter } from './trail-store.ts';

const ROWS = 500;
const HEAD = ['at', 'actor_kind', 'actor', 'act', 'subject_kind', 'subject', 'before', 'after'];

/** The trail as a file for a spreadsheet, in pieces: it is never held whole, and others are served in between. */
export async function* trailCsv(db: Reader, filter: TrailFilter, zone: string): AsyncGenerator<string> {
  yield lines([HEAD], true);
  for (let place = filter.before, more = true; more; ) {
    const { entries, next } = await searchTrail(db, { ...filter, before: place }, ROWS);
    if (entries.length > 0) yield lines(entries.map((entry) => row(entry, zone)));
    place = next === null ? undefined : readPlace(next);
    more = place !== undefined;
    await setImmediate();
  }
}

function row({ at, who, act, subject, before, after }: TrailEntry, zone: string): string[] {
  return [isoTime(at, zone), who.kind, who.name, act, subject.kind, subject.id, text(before), text(after)];
}

function text(value: unknown): string {
  return value === null ? '' : JSON.stringify(value);
}

/** UTF-8 with its mark, CRLF, and nothing in a cell that would be computed. */
function lines(rows: string[][], bom = false): string {
  return stringify(rows, { bom, escape_formulas: true, record_delimiter: 'windows' });
}
