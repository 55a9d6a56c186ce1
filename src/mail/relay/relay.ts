import type { Instant } from '../../time.ts';

/** A finished mail to one recipient. Its envelope is explicit: a comma in a header's string would make two recipients. */
export interface Outgoing {
  id: string;
  /** The return path. */
  from: string;
  to: string;
  datedAt: Instant;
  bytes: Buffer;
}

/** A server's definite answer. */
export interface Reply {
  code: number;
  text: string;
  /** RCPT, DATA …: the command it answered. */
  command: string;
}

/**
 * What became of one attempt. Only `in_doubt` leaves open whether the other side has the mail: everything had been given to it and
 * no answer came.
 */
export type Outcome =
  | { kind: 'sent'; reply: string }
  | { kind: 'refused'; reply: Reply }
  | {
      kind: 'unreachable';
      reason: string;
      /** It is there, but refuses our login: trying on changes nothing. */
      refusesUs?: boolean;
      /** The relay was there and had begun to take this mail: its receiver may be the reason. */
      begun?: boolean;
    }
  | { kind: 'in_doubt'; reason: string }
  | { kind: 'stopped' };

/** How mails leave. `beforeFinalDot` runs when all of the mail was handed over but its end: where it throws, the mail does not go. */
export interface Relay {
  send(mail: Outgoing, beforeFinalDot: () => Promise<void>): Promise<Outcome>;
  close(): Promise<void>;
}
