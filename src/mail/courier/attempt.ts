import type { MailState } from '../../db/tables/mail.ts';
import { type Instant, MINUTE } from '../../time.ts';
import type { Outcome } from '../relay/relay.ts';
import { classify } from '../relay/smtp-reply.ts';

/** What is recorded after an attempt. */
export interface Settlement {
  state: Extract<MailState, 'queued' | 'sent' | 'in_doubt' | 'failed' | 'expired'>;
  /** What happens to the ticket that this very attempt took. */
  ticket: 'keep' | 'give back';
  nextAttemptAt: Instant;
  /** The attempt does not count against the recipient: the relay could not be reached at all. */
  charged: boolean;
  deadAddress: boolean;
  ourFault: boolean;
  /** This attempt's answer was lost: a copy may have arrived. */
  doubtful: boolean;
  code: number | null;
  reply: string | null;
}

export interface AttemptFacts {
  now: Instant;
  /** Attempts made so far, this one included. */
  attempts: number;
  notAfter: Instant | null;
  repeatable: boolean;
  /** Tickets taken for the budget, this attempt's included; 0 where no budget is kept. */
  tickets: number;
  /** Tickets that must be left for others. */
  reserve: number;
  limit: number;
  hasBudget: boolean;
  /** 0 to 1: spreads repeats. */
  random: number;
}

/** Minutes until the next try: a greylist lets in after some five minutes, a broken server may take hours. */
const PAUSES = [1, 3, 7, 15, 30, 60];

/** ±20 %, so that what failed together does not come back together. */
export function pauseAfter(attempts: number, random: number): number {
  const minutes = PAUSES[Math.min(attempts, PAUSES.length) - 1] ?? 1;
  return Math.round(minutes * MINUTE * (0.8 + 0.4 * random));
}

/**
 * What becomes of a mail after an attempt. A ticket is given back only on a definite refusal of the same attempt; without an
 * answer it stays, and the mail is repeated only while that leaves enough for the others. RELIABILITY 3.4.
 */
export function settle(outcome: Exclude<Outcome, { kind: 'stopped' }>, facts: AttemptFacts): Settlement {
  const plain = {
    charged: true,
    deadAddress: false,
    ourFault: false,
    doubtful: outcome.kind === 'in_doubt',
    code: null,
    reply: null,
    nextAttemptAt: facts.now,
  };
  switch (outcome.kind) {
    case 'sent':
      return { ...plain, state: 'sent', ticket: 'keep', reply: outcome.reply };
    case 'unreachable':
      return again(
        { ...plain, charged: false, reply: outcome.reason },
        'give back',
        facts,
        10_000 + Math.round(10_000 * facts.random),
      );
    case 'in_doubt':
      if (!mayRepeat(facts)) return { ...plain, state: 'in_doubt', ticket: 'keep', reply: outcome.reason };
      return again(
        { ...plain, reply: outcome.reason },
        'keep',
        facts,
        pauseAfter(facts.attempts, facts.random),
        'in_doubt',
      );
    case 'refused': {
      const { verdict, deadAddress, ourFault } = classify(outcome.reply);
      const told = { ...plain, deadAddress, ourFault, code: outcome.reply.code, reply: outcome.reply.text };
      if (verdict === 'never') return { ...told, state: 'failed', ticket: 'give back' };
      return again(told, 'give back', facts, pauseAfter(facts.attempts, facts.random));
    }
  }
}

function mayRepeat(facts: AttemptFacts): boolean {
  if (!facts.repeatable) return false;
  return !facts.hasBudget || facts.tickets + 1 + facts.reserve <= facts.limit;
}

function again(
  base: Omit<Settlement, 'state' | 'ticket'>,
  ticket: Settlement['ticket'],
  facts: AttemptFacts,
  pause: number,
  otherwise: 'expired' | 'in_doubt' = 'expired',
): Settlement {
  const nextAttemptAt = facts.now + pause;
  const late = facts.notAfter !== null && nextAttemptAt > facts.notAfter;
  return { ...base, ticket, nextAttemptAt, state: late ? otherwise : 'queued' };
}
