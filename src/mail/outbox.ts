import type { Reader, Tx } from '../db/open.ts';
import type { MailState } from '../db/tables/mail.ts';
import type { Instant } from '../time.ts';
import { mailStore } from './store.ts';
import { tendStore } from './tend-store.ts';

/**
 * What other rooms hand to the mail room. Text shared by many mails is one letter; what differs from mail to mail is a field:
 * `%%name%%` in the letter's text body is replaced by `fields.name.text`, in its HTML body by `fields.name.html` (already
 * escaped by the caller).
 */
export interface Letter {
  id: string;
  subject: string;
  text: string;
  html: string;
  /** The same for everybody who gets this letter, for instance List-Id. */
  headers: Record<string, string>;
}

export interface MailOrder {
  id: string;
  /** urgent: sign-in, confirmation, staff warnings. bulk: alerts. Urgent never waits behind bulk. */
  class: 'urgent' | 'bulk';
  letterId: string;
  /** One address, validated by whoever stored it. */
  recipient: string;
  fields: Record<string, { text: string; html: string }>;
  /** Of this mail alone, for instance List-Unsubscribe or References. */
  headers: Record<string, string>;
  /** With angle brackets; the same on a repeat. */
  messageId: string;
  datedAt: Instant;
  /** At most the configured number of tickets are taken for one key. null: no budget is kept. */
  budget: string | null;
  /** May be sent again under the same Message-ID when its hand-over is in doubt and the budget allows. */
  repeatable: boolean;
  notBefore: Instant;
  /** After this it is worth nothing any more. */
  notAfter: Instant | null;
}

/** What its owner is told of a mail. */
export interface MailInQuestion {
  id: string;
  recipient: string;
  budget: string | null;
}

export type Verdict =
  | {
      go: true;
      /** Tickets that must be left for others after this one. */
      reserve: number;
      /** Not yet: it goes back into the queue until then. Asked before it is claimed only; what is under way goes on. */
      notBefore?: Instant;
    }
  | { go: false /** how the mail ends */; state: 'cancelled' | 'expired' | 'no_budget' };

/**
 * What the owner of mails says immediately before they are claimed and again before their final dot, of each by its id. Many are
 * asked about at once: one question to the database serves them all. Whose mails they still are is asked at the same time: `still` says it once
 * that is answered, and what is no longer this courier's must not be touched.
 */
export type Recheck = (tx: Tx, mails: MailInQuestion[], still?: Promise<Still>) => Promise<Map<string, Verdict>>;

export type Still = (id: string) => boolean;

/** How an attempt ended. */
export interface Ending {
  mail: MailInQuestion;
  kind: 'sent' | 'in_doubt' | 'failed' | 'deferred';
  deadAddress: boolean;
  reply: string | null;
}

/** Tells their owner how attempts ended, in the same transaction in which the mail room records it. */
export type Settled = (tx: Tx, endings: Ending[]) => Promise<void>;

/** What came back for a mail after it had been taken. */
export interface Bounce {
  mailId: string;
  /** dead: there is no such address. hard: refused for good. soft: a full mailbox and the like. complaint: its reader calls it spam. */
  kind: 'dead' | 'hard' | 'soft' | 'complaint';
  /** 5.1.1; null for a complaint. */
  status: string | null;
  diagnostic: string | null;
}

/** Tells the owner of a mail. @returns whether it is his and is counted now; the same once more is not. */
export type Bounced = (bounce: Bounce) => Promise<boolean>;

/** Puts a letter into the outbox; the mails that carry it follow by queueMails. */
export async function addLetter(tx: Tx, letter: Letter, now: Instant): Promise<void> {
  await mailStore.addLetter(tx, letter, now);
}

/** Whether a letter is in the outbox: those that are made when their first reader comes. */
export async function hasLetter(tx: Tx, id: string): Promise<boolean> {
  return mailStore.hasLetter(tx, id);
}

/** @throws where there is no such letter. */
export function readLetter(tx: Tx, id: string): Promise<Letter> {
  return mailStore.letter(tx, id);
}

/** Puts a letter there unless somebody else has just done so with the same words. */
export async function ensureLetter(tx: Tx, letter: Letter, now: Instant): Promise<void> {
  await mailStore.ensureLetter(tx, letter, now);
}

/**
 * Puts mails into the outbox of the transaction that caused them.
 * @throws Error where a recipient is not exactly one plain address: nothing else may ever reach an envelope.
 */
export async function queueMails(tx: Tx, orders: MailOrder[], now: Instant): Promise<void> {
  for (const order of orders) {
    if (!ONE_ADDRESS.test(order.recipient)) throw new Error(`mail ${order.id}: the recipient is not one address`);
  }
  await mailStore.add(tx, orders, now);
}

/** Moves the time of mails that still wait. */
export async function rescheduleQueued(
  tx: Tx,
  ids: string[],
  when: { notBefore: Instant; notAfter: Instant | null },
): Promise<void> {
  await mailStore.reschedule(tx, ids, when);
}

/** Forgets mails that ended long ago; their tickets stay. */
export async function removeMails(tx: Tx, ids: string[]): Promise<void> {
  await mailStore.remove(tx, ids);
}

/** Forgets tickets taken before then: of budgets under which nothing is sent any more. */
export async function forgetTickets(db: Reader, before: Instant): Promise<void> {
  await mailStore.forgetTickets(db, before);
}

/** Takes mails back that still wait. @returns the ids of those that it caught. */
export async function cancelQueued(tx: Tx, ids: string[], state: 'cancelled' | 'expired'): Promise<string[]> {
  return ids.length === 0 ? [] : mailStore.cancelQueued(tx, ids, state);
}

/** Local part and domain without spaces, quotes, lists, groups, comments or control characters. */
const ONE_ADDRESS = /^[^\s@,;:<>()[\]"\\\u0000-\u001f\u007f]{1,64}@[A-Za-z0-9.-]{1,253}$/;

/** A mail as staff see it in a list. */
export interface MailInList {
  id: string;
  recipient: string;
  state: MailState;
  attempts: number;
  /** Attempts whose answer was lost: about three in four of such mails have arrived. */
  doubts: number;
  /** Kept back by staff. */
  held: boolean;
  nextAttemptAt: Instant;
  notAfter: Instant | null;
  reply: string | null;
  createdAt: Instant;
}

export interface MailQuery {
  /** `doubtful`: an answer was lost and none came since, whatever became of the mail, also where newer words took its place. */
  which: 'doubtful' | 'failed' | 'deferred' | 'held';
  /** Of these mails only; all where absent. At most 500. */
  ids?: string[];
  /** Behind this id. */
  after?: string;
  limit?: number;
}

/** Mails that staff should see, by id. */
export function listMails(db: Reader, query: MailQuery): Promise<MailInList[]> {
  return tendStore.list(db, query);
}

/**
 * Tries at once what waits for its next attempt, and once more what failed or is in doubt, under the same Message-ID. Tickets are asked for as
 * ever: where none is left, it ends as `no_budget`. @returns the ids of those that it caught.
 */
export function retryMails(tx: Tx, ids: string[], now: Instant): Promise<string[]> {
  return tendStore.retry(tx, ids, now);
}

/** Ends what waits, held or not. @returns the ids of those that it caught. */
export function stopMails(tx: Tx, ids: string[]): Promise<string[]> {
  return cancelQueued(tx, ids, 'cancelled');
}

/** Keeps back what waits until it is released. @returns the ids of those that it caught. */
export function holdMails(tx: Tx, ids: string[], now: Instant): Promise<string[]> {
  return tendStore.hold(tx, ids, now);
}

/** Lets held mails go. @returns the ids of those that it caught. */
export function releaseMails(tx: Tx, ids: string[], now: Instant): Promise<string[]> {
  return tendStore.release(tx, ids, now);
}

/** Until when nothing leaves because the relay or receivers refuse us; null where that is not so. Freezing is freeze.ts'. */
export async function senderPause(db: Reader, now: Instant): Promise<{ until: Instant; reason: string } | null> {
  const { paused_until, paused_reason } = await mailStore.sender(db);
  return paused_until === null || paused_until <= now ? null : { until: paused_until, reason: paused_reason ?? '' };
}
