import type { Message } from '../errors.ts';
import type { MailboxStatus, Touching } from './affected.ts';

export interface PasswordAnswer {
  allowed: boolean;
  reason?: Message;
  notice?: Touching;
}

const WHY: Record<'fault' | 'work', Message> = {
  fault: {
    ja: 'お客さまのメールサーバーで故障が発生しています。パスワードは間違っていません。変更せずに、回復をお待ちください。回復後は、今までのパスワードでご利用いただけます。',
    en: 'There is a fault on your mail server. Your password is not wrong. Please do not change it; once the fault is over, the password you have will work again.',
  },
  work: {
    ja: 'お客さまのメールサーバーは工事中です。パスワードは間違っていません。変更せずに、工事の終了をお待ちください。',
    en: 'Your mail server is under planned work. Your password is not wrong. Please do not change it and wait until the work is over.',
  },
};

/**
 * Whether a password may be changed now. Customers whose server was down changed passwords that were never wrong; so it is
 * closed while their own server is in a fault or under work that keeps them from signing in. A delay alone closes nothing. A
 * mailbox that nobody knows gets the answer of a healthy one.
 */
export function passwordChange(status: MailboxStatus | undefined): PasswordAnswer {
  const closing = status?.notices.find(
    (notice) => notice.direct && notice.symptoms.some((symptom) => symptom !== 'delayed'),
  );
  return closing ? { allowed: false, reason: WHY[closing.kind], notice: closing } : { allowed: true };
}
