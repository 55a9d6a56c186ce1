import type { Message } from '../errors.ts';
import type { Instant } from '../time.ts';

/** What an alert is about, handed in by whoever publishes: this room knows services and facilities, but no notice. */
export interface Scope {
  service: string;
  facilities: string[] | 'all';
  /**
   * The service whose mailboxes are touched although it is not their own: a fault of all of the webmail concerns everybody
   * with a mailbox of the mail it is part of.
   */
  partOf?: string | undefined;
  /** How it fails and since when. Absent only in work that an older program left in the outbox. */
  course?: Course | undefined;
}

export interface Course {
  /** The reader's words: ご利用いただけません */
  symptom: Message;
  /** Nothing but a delay: mail comes, only late. */
  delayed: boolean;
  since: Instant;
  approximate: boolean;
  recoveredAt: Instant | null;
}

/** A mailbox of the person who registered the address. */
export interface OwnMailbox {
  address: string;
  facility: string;
  facilityName: { ja: string; en: string | null };
  service: string;
}

/** The mailbox's own server is named (or all servers of its service). */
export function touchesDirectly(scope: Scope, mailbox: OwnMailbox): boolean {
  return (
    scope.service === mailbox.service && (scope.facilities === 'all' || scope.facilities.includes(mailbox.facility))
  );
}

/** Its own server, or a way of using its service, for everybody. */
export function touches(scope: Scope, mailbox: OwnMailbox): boolean {
  return touchesDirectly(scope, mailbox) || (scope.facilities === 'all' && scope.partOf === mailbox.service);
}
