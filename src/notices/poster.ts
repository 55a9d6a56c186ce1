import type { Actor } from '../staff/audit.ts';

/** Whoever writes or publishes: a member of staff, a program with a key, the system. */
export interface Poster extends Actor {
  mayPublish: boolean;
  /** May give a report a past time; such a report mails nobody. */
  mayBackfill: boolean;
}
