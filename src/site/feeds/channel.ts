import type { Instant, Language } from '../../time.ts';
import type { Entry } from './entry.ts';

/** A feed before it takes one of its three forms. */
export interface Channel {
  /** Where it stands: absolute. */
  self: string;
  /** The page that it is about: absolute. */
  home: string;
  title: string;
  description: string;
  /** Who tells it. */
  author: string;
  language: Language;
  /** Newest first. */
  entries: Entry[];
}

/** When something in it last changed. Where nothing has been told yet, a moment that does not move. */
export function updatedAt({ entries }: Channel): Instant {
  return Math.max(...entries.map((entry) => entry.updatedAt), NOTHING_YET);
}

const NOTHING_YET = Date.UTC(2000, 0, 1);
