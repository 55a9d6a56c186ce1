import type { Resolver } from 'node:dns/promises';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/open.ts';
import type { Settings } from '../../staff/settings.ts';
import type { Clock } from '../../time.ts';

export interface Finding {
  level: 'ok' | 'warn' | 'fail';
  what: string;
  /** What to do about it. */
  next?: string;
}

/** An installation, as the checks find it. */
export interface Patient {
  config: Config;
  clock: Clock;
  /** Opened, its schema untouched; undefined where there is none yet. */
  db: Database | undefined;
  /** Why it could not be opened. */
  trouble: unknown;
  settings: Settings;
  resolver: Resolver;
  /** Who gets the test mail. */
  mailTo: string | undefined;
}

export const ok = (what: string): Finding => ({ level: 'ok', what });
export const warn = (what: string, next: string): Finding => ({ level: 'warn', what, next });
export const fail = (what: string, next: string): Finding => ({ level: 'fail', what, next });

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
