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
  // our address, domain or sending habits: 5.7.1, 5.7.26 and what block lists make servers say
  {
    pattern:
      /^5\d\d .*(5\.7\.\d+|spamhaus|block ?list|blacklist|blocked|reputation|rate.?limit|too many|poor sending|dmarc|spf|dkim|not authenticated|relay(ing)? (access )?denied|access denied|banned)/i,
    verdict: OURS,
  },
  { pattern: /^5\d\d .*(5\.2\.2|over ?quota|mailbox (is )?full|quota exceeded|insufficient)/i, verdict: LATER },
  { pattern: /^552 /, verdict: LATER },
  {
    pattern:
      /^5\d\d .*(5\.1\.[1236]|5\.2\.1|user unknown|unknown user|no such user|no such (recipient|mailbox)|does not exist|mailbox (unavailable|not found)|recipient (address )?rejected|invalid (recipient|mailbox)|address rejected)/i,
    verdict: DEAD,
  },
];

/** A refusal of the recipient may be about the address; a refusal of the content never is. */
export function classify(reply: Reply): Verdict {
  const line = `${reply.code} ${reply.text.replace(/^\d{3}[ -]/, '')}`;
  const found = RULES.find((rule) => rule.pattern.test(line))?.verdict ?? NEVER;
  const aboutRecipient = /^(RCPT|MAIL)/i.test(reply.command);
  return found.deadAddress && !aboutRecipient ? NEVER : found;
}
