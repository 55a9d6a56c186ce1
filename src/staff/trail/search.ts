import type { Reader } from '../../db/open.ts';
import type { AuditEntriesTable } from '../../db/tables/staff.ts';
import type { Instant } from '../../time.ts';
import type { Actor } from '../audit.ts';
import { type Place, type TrailFilter, trailStore } from './trail-store.ts';

/** One line of the trail as it is found. */
export interface TrailEntry {
  id: string;
  at: Instant;
  who: { kind: Actor['kind']; name: string };
  act: string;
  subject: { kind: string; id: string };
  /** As it was and as it became; null where the act has no such side. */
  before: unknown;
  after: unknown;
}

export interface TrailPage {
  entries: TrailEntry[];
  /** Where the next, older page begins; null at the end. */
  next: string | null;
  /** The time down to which this page looked, where it stopped before it was full. */
  lookedTo: Instant | null;
}

/** Entries that one question looks through where an index alone cannot answer it. */
const SCAN = 20_000;

/** The words of a search field: all must be found. */
export function wordsOf(text: string): string[] {
  const words = text.normalize('NFC').toLowerCase().split(/\s+/u);
  return [...new Set(words.filter((word) => word !== ''))].slice(0, 8).map((word) => JSON.stringify(word).slice(1, -1));
}

/** A page of the trail, newest first; entries written meanwhile stand before the first page and move nothing. */
export async function searchTrail(db: Reader, filter: TrailFilter, limit: number): Promise<TrailPage> {
  const exact = [filter.subject, filter.who, filter.act].filter((one) => one !== undefined);
  if (exact.length <= 1 && filter.words.length === 0) {
    return full(await trailStore.plain(db, filter, limit + 1), limit);
  }
  const rows = await trailStore.sifted(db, filter, limit + 1, SCAN);
  if (rows.length > limit) return full(rows, limit);
  const last = await trailStore.lastOf(db, filter, SCAN);
  const next = last ? placeText(last) : null;
  return { entries: rows.map(entryOf), next, lookedTo: last?.at ?? null };
}

function full(rows: AuditEntriesTable[], limit: number): TrailPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: shown.map(entryOf),
    next: last && rows.length > limit ? placeText(last) : null,
    lookedTo: null,
  };
}

function placeText({ at, id }: Place): string {
  return `${at}.${id}`;
}

/** @returns undefined where it is none of ours. */
export function readPlace(text: string): Place | undefined {
  const found = /^(\d{1,15})\.([0-9A-Za-z-]{1,64})$/.exec(text);
  return found?.[1] && found[2] ? { at: Number(found[1]), id: found[2] } : undefined;
}

function entryOf(row: AuditEntriesTable): TrailEntry {
  return {
    id: row.id,
    at: row.at,
    who: { kind: row.actor_kind, name: row.actor_name },
    act: row.act,
    subject: { kind: row.subject_kind, id: row.subject_id },
    before: row.before_json === null ? null : (JSON.parse(row.before_json) as unknown),
    after: row.after_json === null ? null : (JSON.parse(row.after_json) as unknown),
  };
}
