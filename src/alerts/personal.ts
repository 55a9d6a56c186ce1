import type { Language } from '../time.ts';
import { type OwnMailbox, type Scope, touches, touchesDirectly } from './scope.ts';
import type { Slot } from './slot.ts';

/** Staff text and addresses are data in HTML, too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What differs from reader to reader; the letter has `%%mine%%`, `%%slot%%` and `%%stop%%` at these places. */
export interface PersonalFacts {
  language: Language;
  slot: Slot;
  limit: number;
  mailboxes: OwnMailbox[];
  all: Scope[];
  open: Scope[];
  stopUrl: string;
}

export function personalFields(facts: PersonalFacts): Record<string, { text: string; html: string }> {
  return {
    mine: mine(facts),
    slot: both(slotSentence(facts)),
    stop: { text: facts.stopUrl, html: escapeHtml(facts.stopUrl) },
  };
}

/** Which of the reader's own mailboxes the notice is about, and whether they work again. */
function mine(facts: PersonalFacts): { text: string; html: string } {
  const ja = facts.language === 'ja';
  const lines = facts.mailboxes.map((mailbox) => {
    const server = ja ? mailbox.facilityName.ja : (mailbox.facilityName.en ?? mailbox.facilityName.ja);
    const standing = standingOf(mailbox, facts);
    return ja ? `${mailbox.address}（${server}）： ${standing.ja}` : `${mailbox.address} (${server}): ${standing.en}`;
  });
  if (lines.length === 0) return { text: '', html: '' };
  const heading = ja ? 'お客さまのメールアドレスへの影響' : 'Your own mailboxes';
  return {
    text: `■ ${heading}\n${lines.map((line) => `・${line}`).join('\n')}`,
    html: `<h2>${heading}</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`,
  };
}

function standingOf(mailbox: OwnMailbox, facts: PersonalFacts): { ja: string; en: string } {
  if (facts.open.some((scope) => touchesDirectly(scope, mailbox))) return { ja: '影響を受けています', en: 'affected' };
  if (!facts.all.some((scope) => touches(scope, mailbox))) return { ja: '影響はありません', en: 'not affected' };
  return facts.open.some((scope) => touches(scope, mailbox))
    ? { ja: '影響を受けています', en: 'affected' }
    : { ja: '現在は影響を受けていません', en: 'not affected at present' };
}

function slotSentence({ language, slot, limit }: PersonalFacts): string {
  if (language === 'ja') {
    return slot === 2
      ? `このお知らせについてのメールは、1つの宛先につき最大${limit}通です。これ以降の詳しい内容は、上記のページでご確認ください。`
      : `このお知らせについてのメールは、1つの宛先につき最大${limit}通です。途中の経過は、上記のページでご確認ください。`;
  }
  return slot === 2
    ? `You receive at most ${limit} mails about this notice. Anything further is on the page above.`
    : `You receive at most ${limit} mails about this notice. Progress in between is on the page above.`;
}

function both(sentence: string): { text: string; html: string } {
  return { text: sentence, html: escapeHtml(sentence) };
}
