import type { Tx } from '../db/open.ts';
import type { Instant, Language } from '../time.ts';
import type { Scope } from './scope.ts';
import type { Purpose } from './slot.ts';

/** A mail's text with the places that differ from reader to reader: `%%name%%`, see personal.ts. */
export interface AlertText {
  subject: string;
  text: string;
  html: string;
}

/** One revision of one report of a notice. */
export interface ReportRef {
  number: number;
  revision: number;
}

/** The letter of a report with what `since` did not say marked; undefined where either is missing. Handed in by the notices' room. */
export type LetterSince = (
  tx: Tx,
  noticeId: string,
  report: ReportRef,
  since: ReportRef,
) => Promise<Record<Language, AlertText> | undefined>;

/** What publishing hands to this room: subject, text and scope. It is written into the outbox of the same transaction. */
export interface Publication {
  noticeId: string;
  /** Notices of one root fault share their three mails. */
  rootId: string;
  kind: 'fault' | 'work';
  reportNumber: number;
  revision: number;
  phase: string;
  purpose: Purpose;
  publishedAt: Instant;
  /** false: nobody is mailed on it, but it takes the place of what is still waiting. */
  mail: boolean;
  /** Everything that the notice is about. */
  all: Scope[];
  /** What is still broken, in all notices of the root fault; delays alone are not. */
  open: Scope[];
  /** Of planned work. */
  planned?: { from: Instant; to: Instant } | null;
  texts: Record<Language, AlertText>;
}
