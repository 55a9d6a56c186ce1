import type { Message } from '../errors.ts';
import type { Instant } from '../time.ts';
import type { Headline, MailboxStatus, ServiceStatus, Symptom, Text } from './affected.ts';

/** What the page of one customer shows, flat and in both languages. */
export interface StatusView {
  at: Instant;
  headline: Message;
  /** Picks the colour; the words say the same without it. */
  tone: Headline | 'none';
  /** What to do and what not to do, the most important first. */
  advice: Message[];
  mailboxes: MailboxView[];
}

interface MailboxView {
  address: string;
  /** null where it is not shown. */
  facility: string | null;
  shown: MailboxStatus['shown'];
  badge: Message;
  symptoms: Message[];
  notices: MailboxStatus['notices'];
  ahead: MailboxStatus['ahead'];
  lately: MailboxStatus['lately'];
}

const WORST_FIRST: readonly Headline[] = ['stopped', 'hard', 'delayed', 'beside', 'work', 'normal'];

const BADGES: Record<MailboxStatus['shown'], Message> = {
  fault: { ja: '故障中', en: 'Out of order' },
  delay: { ja: '遅延', en: 'Delayed' },
  work: { ja: '工事中', en: 'Planned work' },
  recovered: { ja: '回復', en: 'Repaired' },
  normal: { ja: '正常', en: 'Normal' },
};

const SYMPTOMS: Record<Symptom, Message> = {
  unavailable: { ja: 'メールをご利用いただけません', en: 'Mail is not available' },
  degraded: { ja: 'メールをご利用しづらくなっています', en: 'Mail is hard to use' },
  login: { ja: 'ログインしづらくなっています', en: 'It is hard to sign in' },
  delayed: { ja: 'メールの到着が遅れています', en: 'Mail arrives late' },
};

const HEADLINES: Record<Headline, Message> = {
  stopped: { ja: 'お客さまのメールは現在ご利用いただけません', en: 'Your mail is not available at the moment' },
  hard: { ja: 'お客さまのメールは現在ご利用しづらくなっています', en: 'Your mail is hard to use at the moment' },
  delayed: { ja: 'お客さまのメールは遅れて届いています', en: 'Your mail is arriving late' },
  beside: {
    ja: 'お客さまのメールの一部の機能がご利用しづらくなっています',
    en: 'Part of your mail service is hard to use at the moment',
  },
  work: { ja: 'お客さまのメールサーバーは現在工事中です', en: 'Your mail server is under planned work' },
  normal: { ja: 'お客さまのメールは正常です', en: 'Your mail is working normally' },
};

const PASSWORD: Message = {
  ja: 'パスワードは間違っていません。変更しないでください。',
  en: 'Your password is not wrong. Please do not change it.',
};
const SETTINGS: Message = {
  ja: 'パソコンやスマートフォンの設定も、そのままで大丈夫です。',
  en: 'You do not need to change any settings on your computer or phone either.',
};
const WAIT: Message = {
  ja: '回復するまで、しばらくお待ちください。回復すると、このページの表示が変わります。',
  en: 'Please wait until it is repaired. This page will say so as soon as it is.',
};

const ADVICE: Record<Headline, Message[]> = {
  stopped: [PASSWORD, SETTINGS, WAIT],
  hard: [PASSWORD, SETTINGS, WAIT],
  delayed: [
    {
      ja: 'メールが届くまで、普段より時間がかかります。何度も送り直さずにお待ちください。',
      en: 'Mail takes longer than usual to arrive. Please wait, and do not send the same mail again.',
    },
    PASSWORD,
  ],
  beside: [PASSWORD, WAIT],
  work: [
    {
      ja: '工事が終わるまで、メールをご利用いただけないことがあります。',
      en: 'Until the work is over, mail may not be available.',
    },
    PASSWORD,
  ],
  normal: [
    {
      ja: '新しい故障は、わかりしだいこのページに表示します。数分おいて、もう一度ご確認ください。',
      en: 'A new fault is shown here as soon as we know of it. Please check again in a few minutes.',
    },
  ],
};

const rankOf = (status: MailboxStatus) => WORST_FIRST.indexOf(status.headline);

/** One big sentence for all mailboxes, led by the worst, then each of them, the worst first. */
export function statusView(statuses: readonly MailboxStatus[], at: Instant): StatusView {
  const worst = WORST_FIRST.find((headline) => statuses.some((status) => status.headline === headline));
  if (!worst) {
    const headline = {
      ja: '確認できるメールアドレスがありません',
      en: 'There is no mailbox of yours that we could look up',
    };
    return { at, headline, tone: 'none', advice: [], mailboxes: [] };
  }
  return {
    at,
    headline: headlineOf(statuses, worst),
    tone: worst,
    advice: ADVICE[worst],
    mailboxes: [...statuses]
      .sort((a, b) => rankOf(a) - rankOf(b))
      .map((status) => ({
        address: status.mailbox.address,
        facility: status.mailbox.facility,
        shown: status.shown,
        badge: BADGES[status.shown],
        symptoms: status.symptoms.map((symptom) => SYMPTOMS[symptom]),
        notices: status.notices,
        ahead: status.ahead,
        lately: status.lately,
      })),
  };
}

/** Where only some of several mailboxes are touched, the sentence says how many: the others may be used meanwhile. */
function headlineOf(statuses: readonly MailboxStatus[], worst: Headline): Message {
  const touched = statuses.filter((status) => status.headline === worst).length;
  const sentence = HEADLINES[worst];
  if (worst === 'normal' || touched === statuses.length) return sentence;
  const others = statuses.filter(({ headline }) => headline !== worst && headline !== 'normal').length;
  const more = others === 0 ? { ja: '', en: '' } : { ja: `、ほか${others}件にも影響`, en: `; ${others} more affected` };
  return {
    ja: `${sentence.ja}（メールアドレス${statuses.length}件のうち${touched}件${more.ja}）`,
    en: `${sentence.en} (${touched} of your ${statuses.length} mailboxes${more.en})`,
  };
}

/** Enough for its owner to know which of his mailboxes is meant, and too little for anybody who got the link by mistake. */
export function masked(view: StatusView): StatusView {
  return {
    ...view,
    mailboxes: view.mailboxes.map((box) => ({ ...box, address: maskedAddress(box.address), facility: null })),
  };
}

function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const local = [...address.slice(0, Math.max(at, 0))];
  return `${local.slice(0, local.length > 3 ? 2 : 1).join('')}…${at < 0 ? '' : address.slice(at)}`;
}

export interface ServiceView {
  key: string;
  name: Text;
  shown: MailboxStatus['shown'];
  badge: Message;
  notices: ServiceStatus['notices'];
}

/** The services on a customer's list, in the words of his page. */
export function servicesView(services: readonly (ServiceStatus & { name: Text })[]): ServiceView[] {
  return services.map(({ service, name, shown, partly, notices }) => {
    const badge = BADGES[shown];
    const text = partly ? { ja: `一部で${badge.ja}`, en: `${badge.en} in part` } : badge;
    return { key: service, name, shown, badge: text, notices };
  });
}
