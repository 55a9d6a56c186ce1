import { describe, expect, test } from 'vitest';
import { classify } from '../../src/mail/relay/smtp-reply.ts';

/** Replies as receivers word them, and what they mean: later, never, dead (never, and no such address), ours (later, look at us). */
const REPLIES: [command: string, code: number, text: string, meaning: 'later' | 'never' | 'dead' | 'ours'][] = [
  ['RCPT TO', 450, '450 4.2.0 Greylisted, try again in 300 seconds', 'later'],
  ['RCPT TO', 451, '451 4.7.1 Please try again later', 'later'],
  ['RCPT TO', 452, '452 4.2.2 The email account is over quota', 'later'],
  ['MAIL FROM', 421, '421 4.7.0 Too many connections', 'later'],
  [
    'RCPT TO',
    550,
    '550 5.1.1 <taro@docomo.example>: Recipient address rejected: User unknown in virtual mailbox table',
    'dead',
  ],
  ['RCPT TO', 550, '550-5.1.1 The email account that you tried to reach does not exist.', 'dead'],
  ['RCPT TO', 550, '550 Unknown user taro@ezweb.example', 'dead'],
  ['RCPT TO', 550, '550 No such user here', 'dead'],
  ['RCPT TO', 553, '553 5.1.2 no such mailbox', 'dead'],
  ['RCPT TO', 550, '550 5.1.6 Recipient no longer on server', 'dead'],
  ['RCPT TO', 550, '550 5.1.1 dkimura@elsewhere.example: User unknown', 'dead'],
  ['RCPT TO', 550, '550 mailbox unavailable', 'never'],
  [
    'RCPT TO',
    550,
    '550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery',
    'ours',
  ],
  ['RCPT TO', 552, '552 5.2.2 Mailbox full', 'later'],
  ['RCPT TO', 550, '550 5.2.2 user over quota', 'later'],
  ['RCPT TO', 554, '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org', 'ours'],
  ['RCPT TO', 550, '550 5.7.26 Unauthenticated email is not accepted due to domain DMARC policy', 'ours'],
  ['RCPT TO', 554, '554 5.7.1 <taro@example.jp>: Relay access denied', 'ours'],
  ['RCPT TO', 550, '550 5.1.8 Sender address rejected: Domain not found', 'ours'],
  ['MAIL FROM', 550, '550 5.1.8 <b@status.example>: Sender address rejected: Domain not found', 'ours'],
  ['MAIL FROM', 501, '501 5.1.7 Bad sender address syntax', 'ours'],
  ['MAIL FROM', 552, '552 5.3.4 Message size exceeds fixed limit', 'later'],
  ['MAIL FROM', 550, '550 user unknown', 'ours'],
  ['DATA', 554, '554 5.6.0 Message content rejected', 'never'],
  ['DATA', 550, '550 5.1.1 user unknown', 'never'],
  ['DATA', 550, '550 5.7.1 Our system has detected that this message is likely unsolicited mail', 'ours'],
  ['DATA', 552, '552 5.3.4 Message too big for system', 'later'],
  ['DATA', 451, '451 4.3.0 Temporary lookup failure', 'later'],
  ['RCPT TO', 550, '550 Administrative prohibition', 'never'],
  ['RCPT TO', 550, '550 rejected because 192.0.2.1 is in a blacklist', 'ours'],
  ['RCPT TO', 571, '571 5.7.1 Delivery not authorized, message refused', 'ours'],
];

describe('what a reply means', () => {
  for (const [command, code, text, meaning] of REPLIES) {
    test(`${command}: ${text} → ${meaning}`, () => {
      const verdict = classify({ command, code, text });
      expect(verdict).toEqual({
        verdict: meaning === 'never' || meaning === 'dead' ? 'never' : 'later',
        deadAddress: meaning === 'dead',
        ourFault: meaning === 'ours',
      });
    });
  }
});
