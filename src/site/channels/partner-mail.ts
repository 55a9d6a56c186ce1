import type { Tx } from '../../db/open.ts';
import type { Message } from '../../errors.ts';
import type { Operator } from '../../http/views.ts';
import { ensureLetter, type MailOrder, queueMails, type Recheck, readLetter, type Settled } from '../../mail/outbox.ts';
import { DAY, type Instant } from '../../time.ts';
import { MAIL_PREFIX } from './bodies.ts';
import type { Channel } from './channel.ts';
import { channelStore } from './channel-store.ts';

export interface PartnerMailGround {
  operator: Operator;
  publicUrl: string;
}

/** A day later a newer report is out, or it is on the page. */
const WORTH = DAY;

/**
 * Every revision of every report goes to partners who tell their own customers: the text of the alert mail without what is personal, and without
 * the three of a customer's address.
 */
export async function queuePartnerMail(
  { operator, publicUrl }: PartnerMailGround,
  tx: Tx,
  { channel, mailId, letterId }: { channel: Channel; mailId: string; letterId: string | null },
  now: Instant,
): Promise<void> {
  const { language } = channel;
  const id = letterId === null ? `${mailId}.test` : `${letterId}.partner`;
  const foot = `--\n${operator.name[language]}\n${(letterId === null ? TEST_FOOT : FOOT)[language]}\n`;
  if (letterId === null) {
    const text = `${TEST[language]}\n\n${foot}`;
    await ensureLetter(tx, { id, subject: TEST_SUBJECT[language], text, html: '', headers: {} }, now);
  } else {
    const { subject, text, headers } = await readLetter(tx, letterId);
    const told = text.replace('%%mine%%%%todo%%', '');
    const body = told.slice(0, told.lastIndexOf('\n--\n') + 1);
    await ensureLetter(tx, { id, subject, text: `${body}${foot}`, html: '', headers }, now);
  }
  const order: MailOrder = {
    id: mailId,
    class: 'bulk',
    letterId: id,
    recipient: channel.target,
    fields: {},
    headers: {},
    messageId: `<${mailId}@${new URL(publicUrl).hostname}>`,
    datedAt: now,
    budget: null,
    repeatable: true,
    notBefore: now,
    notAfter: now + WORTH,
  };
  await queueMails(tx, [order], now);
}

/** Mails to a channel that is gone or off do not leave; all others are asked about by whoever wrote them. */
export function recheckPartners(next: Recheck): Recheck {
  return async (tx, mails, still) => {
    const ours = mails.map(({ id }) => id).filter((id) => id.startsWith(MAIL_PREFIX));
    if (ours.length === 0) return next(tx, mails, still);
    const found = new Map((await channelStore.mailsOf(tx, ours)).map((one) => [one.id, one]));
    const verdicts = await next(
      tx,
      mails.filter(({ id }) => !ours.includes(id)),
      still,
    );
    for (const id of ours) {
      const wanted = found.has(id) && found.get(id)?.state !== 'disabled';
      verdicts.set(id, wanted ? { go: true, reserve: 0 } : { go: false, state: 'cancelled' });
    }
    return verdicts;
  };
}

/** Writes into the channel's log how its mails ended. */
export function partnersSettled(next: Settled, now: () => Instant): Settled {
  return async (tx, endings) => {
    await next(tx, endings);
    for (const { mail, kind, reply } of endings) {
      if (!mail.id.startsWith(MAIL_PREFIX)) continue;
      const answer = kind === 'in_doubt' ? `in doubt: ${reply ?? ''}` : reply;
      const ended = kind === 'deferred' ? {} : { ended_at: now() };
      const state = ({ sent: 'arrived', in_doubt: 'arrived', failed: 'given_up', deferred: 'waiting' } as const)[kind];
      await channelStore.settle(tx, mail.id, { state, answer, ...ended });
    }
  };
}

const FOOT: Message = {
  ja: 'このメールは、提携先・販売パートナーのみなさまに、すべての報を公開のたびにお送りしています。\n宛先の変更と停止は、当社の担当窓口へご連絡ください。このメールは送信専用です。',
  en: 'This mail goes to partners with every report that we publish.\nTo change or stop it, tell your contact with us. Please do not reply to this mail.',
};
const TEST_SUBJECT: Message = { ja: '【試験】お知らせの配信先の確認', en: '[Test] Notices will arrive here' };
const TEST: Message = {
  ja: 'これは試験送信です。故障・工事のお知らせは、公開のたびにこのアドレスにお送りします。',
  en: 'This is a test. Notices of faults and planned work will be sent to this address as they are published.',
};
const TEST_FOOT: Message = {
  ja: 'お心当たりがない場合は、当社の担当窓口へご連絡ください。',
  en: 'If you do not know what this is about, tell your contact with us.',
};
