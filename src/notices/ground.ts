import type { Publication } from '../alerts/publication.ts';
import type { Database, Tx } from '../db/open.ts';
import type { Message } from '../errors.ts';
import type { Operator } from '../http/views.ts';
import type { Clock, Instant, Language } from '../time.ts';
import type { Notice } from './notice.ts';
import type { Report } from './report.ts';

/** What the acts of this room stand on. */
export interface NoticeGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  /** Rung after a publication is committed, so that this process need not wait for its next look at the edition's number. */
  announce: () => void;
  /** Mails on one notice to one address. */
  alertsPerNotice?: number;
  /** What everybody would read if the notice stood as it is given; the room that prints it (site) is handed in by app.ts. */
  previewOf?: (notice: Notice, report: Report) => NoticePreview | undefined;
  /** Is told what a publication hands to the mails, before it is written: a rehearsal listens. */
  overhear?: (publication: Publication) => void;
  /** Nothing stays of what is done: nobody need have approved it. */
  rehearsal?: true;
}

type InBoth<Value> = Record<Language, Value>;

/** The sheets of an edition that one notice changes most. */
export interface NoticePreview {
  /** The whole public page. */
  page: InBoth<string>;
  /** As /banner.json answers. */
  banner: InBoth<string>;
  guidance: InBoth<string>;
  entry: InBoth<{ title: string; html: string; url: string }>;
}

/** Runs in the transaction of the act, for instance to remember the answer under its idempotency key. */
export type AlsoInTransaction = (tx: Tx, notice: Notice) => Promise<void>;

/** The notice's page; the same for ever. */
export function noticeUrl(publicUrl: string, id: string): string {
  return `${publicUrl}/notices/${id}`;
}

/** How near an open fault is to being serious by the criteria in force, and what a person decided about that. */
export interface Seriousness {
  says: Message;
  /** By the users that are known it is serious already. */
  now: boolean;
  decided: { decision: 'promote' | 'leave'; by: string; at: Instant } | null;
}

/** What the console of notices is handed from rooms above, by app.ts. */
export interface ConsoleGround extends NoticeGround {
  seriousness: (notices: Notice[]) => Promise<Map<string, Seriousness>>;
}
