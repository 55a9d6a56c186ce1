import type { Message } from '../errors.ts';
import type { Instant } from '../time.ts';
import { type Course, type OwnMailbox, type Scope, touches, touchesDirectly } from './scope.ts';

/** How a mailbox stands on a notice. `ahead`: planned work that will touch it. */
export type Standing = 'affected' | 'delayed' | 'recovered' | 'ahead' | 'cancelled' | 'untouched';

/** What a report says of one mailbox. */
export interface MailboxStanding {
  mailbox: OwnMailbox;
  standing: Standing;
  symptom: Message | null;
  since: Instant | null;
  approximate: boolean;
  /** Until when it was affected, or the work is planned. */
  until: Instant | null;
}

/** A report as far as it decides how a mailbox stands. */
export interface Told {
  kind: 'fault' | 'work';
  phase: string;
  /** Everything that the notice is about. */
  all: Scope[];
  /** What is still broken in all notices of the root fault; delays alone are not. */
  open: Scope[];
  planned?: { from: Instant; to: Instant } | null | undefined;
}

/** Whether the mail server of one mailbox is affected, by what was told when the report was published. */
export function standingOf(told: Told, mailbox: OwnMailbox): MailboxStanding {
  const touching = told.all.filter((scope) => touches(scope, mailbox));
  if (told.kind === 'work') return workStanding(told, mailbox, touching);
  // Its own server in any notice of the root fault; a way of using it (webmail) only where that is all that is broken.
  const direct = told.open.filter((scope) => touchesDirectly(scope, mailbox));
  const broken = direct.length > 0 ? direct : told.open.filter((scope) => touches(scope, mailbox));
  if (broken.length > 0 && (direct.length > 0 || touching.length > 0)) return during('affected', mailbox, broken);
  const late = touching.filter((scope) => scope.course?.delayed === true && scope.course.recoveredAt === null);
  if (late.length > 0) return during('delayed', mailbox, late);
  return touching.length > 0 ? during('recovered', mailbox, touching) : untouched(mailbox);
}

function workStanding(told: Told, mailbox: OwnMailbox, touching: Scope[]): MailboxStanding {
  if (touching.length === 0) return untouched(mailbox);
  const ended = told.phase === 'complete' ? 'recovered' : told.phase === 'cancel' ? 'cancelled' : null;
  return {
    mailbox,
    standing: ended ?? (told.phase === 'start' ? 'affected' : 'ahead'),
    symptom: touching[0]?.course?.symptom ?? null,
    since: told.planned?.from ?? null,
    approximate: false,
    until: told.planned?.to ?? null,
  };
}

function during(standing: Standing, mailbox: OwnMailbox, scopes: Scope[]): MailboxStanding {
  const courses = scopes.flatMap((scope) => scope.course ?? []);
  const first = courses.reduce<Course | null>((a, b) => (a === null || b.since < a.since ? b : a), null);
  const ends = courses.map((course) => course.recoveredAt ?? Number.NEGATIVE_INFINITY);
  return {
    mailbox,
    standing,
    symptom: first?.symptom ?? null,
    since: first?.since ?? null,
    approximate: first?.approximate ?? false,
    until: standing === 'recovered' && ends.length > 0 && Math.max(...ends) > 0 ? Math.max(...ends) : null,
  };
}

function untouched(mailbox: OwnMailbox): MailboxStanding {
  return { mailbox, standing: 'untouched', symptom: null, since: null, approximate: false, until: null };
}

/** The worst first: what one sentence about all of a customer's mailboxes must say. */
const WORST: readonly Standing[] = ['affected', 'delayed', 'ahead', 'recovered', 'cancelled', 'untouched'];

export function worstOf(standings: readonly MailboxStanding[]): Standing | null {
  return WORST.find((standing) => standings.some((one) => one.standing === standing)) ?? null;
}

export function worstFirst(standings: readonly MailboxStanding[]): MailboxStanding[] {
  return WORST.flatMap((standing) => standings.filter((one) => one.standing === standing));
}
