import type { Reply } from './relay.ts';

/** What a definite refusal means for the mail and for its address. */
export interface Verdict {
  verdict: 'later' | 'never';
  /** The receiving server says that there is no such address. */
  deadAddress: boolean;
  /** The refusal is about our server or our reputation; staff should look, the address is not to blame. */
  ourFault: boolean;
}

interface Rule {
  pattern: RegExp;
  verdict: Verdict;
}

const LATER: Verdict = { verdict: 'later', deadAddress: false, ourFault: false };
const OURS: Verdict = { verdict: 'later', deadAddress: false, ourFault: true };
const NEVER: Verdict = { verdict: 'never', deadAddress: false, ourFault: false };
const DEAD: Verdict = { verdict: 'never', deadAddress: true, ourFault: false };

/**
 * Refusals that look final but are not, and the ones that say the address does not exist. The first rule that fits decides;
 * patterns are held against code and text of the reply. RELIABILITY 3.6.
 */
const RULES: Rule[] = [
  { pattern: /^4\d\d /, verdict: LATER },
  // our address, domain or sending habits: 5.7.1, 5.7.26, 5.1.8 and what block lists make servers say
  {
    pattern:
      /^5\d\d .*(\b5\.7\.\d+|\b5\.1\.[78]\b|spamhaus|block ?list|blacklist|\bblocked\b|reputation|\brate\b|too many|poor sending|\bdmarc\b|\bspf\b|\bdkim\b|not authenticated|relay(ing)? (access )?denied|access denied|\bbanned\b|sender address rejected)/i,
    verdict: OURS,
  },
  { pattern: /^5\d\d .*(\b5\.2\.2\b|over ?quota|mailbox (is )?full|quota exceeded|insufficient)/i, verdict: LATER },
  { pattern: /^552 /, verdict: LATER },
  {
    pattern:
      /^5\d\d .*(\b5\.1\.[126]\b|user unknown|unknown user|no such (user|recipient|mailbox)|user does not exist|mailbox not found|no mailbox here)/i,
    verdict: DEAD,
  },
];

/** What a refusal means. Of the sender it is our fault; only one of the recipient can be about his address, never one of the content. */
export function classify(reply: Reply): Verdict {
  // An address in the text may hold any word: dkimura@… says nothing about DKIM.
  const text = reply.text.replace(/^\d{3}[ -]/, '').replace(/[^\s<>]+@[^\s<>]+/g, '');
  const found = RULES.find((rule) => rule.pattern.test(`${reply.code} ${text}`))?.verdict ?? NEVER;
  if (/^MAIL/i.test(reply.command)) return found.verdict === 'later' ? found : OURS;
  return found.deadAddress && !/^RCPT/i.test(reply.command) ? NEVER : found;
}
