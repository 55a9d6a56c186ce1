import type { GuardVerdict, PasswordGuard } from '../customers/password/guard.ts';
import type { Database, Tx } from '../db/open.ts';
import type { Message } from '../errors.ts';
import { readSettings } from '../staff/settings.ts';
import type { Clock } from '../time.ts';
import type { MailboxStatus } from './affected.ts';
import { passwordChange } from './password-guard.ts';
import type { Situations } from './situation.ts';

/** What is said where it cannot be determined, with what the setting makes of it. */
export const WHEN_UNKNOWN: Record<'open' | 'closed', Message> = {
  open: {
    ja: '現在、お客さまのメールサーバーに故障があるかどうかを確認できません。メールが使えない場合は、パスワードを変更する前に、公開ページのお知らせをご確認ください。',
    en: 'We cannot determine at the moment whether there is a fault on your mail server. If your mail does not work, please look at the public status page before you change your password.',
  },
  closed: {
    ja: '現在、お客さまのメールサーバーに故障があるかどうかを確認できないため、パスワードの変更を受け付けていません。しばらくしてから、もう一度お試しください。',
    en: 'We cannot determine at the moment whether there is a fault on your mail server, so passwords cannot be changed. Please try again in a little while.',
  },
};

/** Open where not even the setting can be read: what cannot be known locks nobody out. */
export async function unknownPolicy(db: Database): Promise<'open' | 'closed'> {
  try {
    return (await readSettings(db.kysely)).passwordWhenUnknown;
  } catch {
    return 'open';
  }
}

/** The guard of a customer's own password, over all of his mailboxes. */
export function ownPasswordGuard(
  situations: Situations,
  ground: { db: Database; clock: Clock; warn: (error: unknown, message: string) => void },
): PasswordGuard {
  const { db, clock } = ground;
  return {
    async ask(customerId) {
      try {
        return verdictOf(await situations.ofCustomer(customerId, clock.now()));
      } catch (error) {
        ground.warn(error, 'the password guard could not be answered');
        const policy = await unknownPolicy(db);
        return { allowed: policy === 'open', known: false, reason: WHEN_UNKNOWN[policy], notice: null };
      }
    },
    async askIn(tx: Tx, customerId) {
      return verdictOf(await situations.ofCustomerIn(tx, customerId, clock.now()));
    },
  };
}

function verdictOf(statuses: MailboxStatus[]): GuardVerdict {
  const closing = statuses.map(passwordChange).find((answer) => !answer.allowed);
  if (!closing) return { allowed: true, known: true, reason: null, notice: null };
  return { allowed: false, known: true, reason: closing.reason ?? null, notice: closing.notice ?? null };
}
