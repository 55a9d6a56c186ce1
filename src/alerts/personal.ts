import type { Message } from '../errors.ts';
import { type Instant, type Language, showTime } from '../time.ts';
import type { OwnMailbox } from './scope.ts';
import { type MailboxStanding, type Standing, standingOf, type Told, worstFirst, worstOf } from './standing.ts';

/** Staff text and addresses are data in HTML, too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * What differs from reader to reader; the letter has `%%mine%%`, `%%todo%%`, `%%slot%%` and `%%stop%%` at these places. The first
 * two may be empty, so that they bring their own empty line.
 */
export interface PersonalFacts {
  language: Language;
  timeZone: string;
  /** Which mail on this root fault it is for this address, from 1. */
  nth: number;
  /** Mails on one notice to one address. */
  limit: number;
  mailboxes: OwnMailbox[];
  told: Told;
  stopUrl: string;
  /** The reader's own status without a password. */
  statusUrl: string;
}

export interface Field {
  text: string;
  html: string;
}

export function personalFields(facts: PersonalFacts): Record<'mine' | 'todo' | 'slot' | 'stop', Field> {
  const standings = worstFirst(facts.mailboxes.map((mailbox) => standingOf(facts.told, mailbox)));
  const worst = worstOf(standings);
  return {
    mine: mine(facts, standings, worst),
    todo: todo(facts, worst),
    slot: plain(countSentence(facts)),
    stop: { text: facts.stopUrl, html: escapeHtml(facts.stopUrl) },
  };
}

/** A customer with a hundred mailboxes reads about those that are affected; the page has them all. */
const LISTED = 10;

/** Which of the reader's own mailboxes the notice is about, since when, and whether they work again. */
function mine(facts: PersonalFacts, standings: MailboxStanding[], worst: Standing | null): Field {
  if (worst === null) return { text: '', html: '' };
  const say = sayIn(facts.language);
  const heading = say(HEADING);
  const verdict = say(facts.told.kind === 'work' ? WORK_VERDICT[worst] : VERDICT[worst]);
  const lines = standings.slice(0, LISTED).map((one) => line(one, facts));
  const more = standings.length - LISTED;
  if (more > 0) lines.push([say({ ja: `ほか${more}件`, en: `and ${more} more` })]);
  const text = [`■ ${heading}`, verdict, ...lines.map(([first, ...rest]) => [`・${first}`, ...rest].join('\n  '))];
  const items = lines.map((parts) => `<li>${parts.map(escapeHtml).join('<br>')}</li>`).join('');
  const html = [
    `<h2 style="font-size:18px">${heading}</h2><p><strong>${escapeHtml(verdict)}</strong></p><ul>${items}</ul>`,
  ];
  const link = say(STATUS_LINK);
  text.push(`${link}${say({ ja: '：', en: ':' })}\n${facts.statusUrl}`);
  html.push(`<p><a href="${escapeHtml(facts.statusUrl)}">${link}</a></p>`);
  return { text: `${text.join('\n')}\n\n`, html: html.join('') };
}

/** `taro@ocn.example（OCNメール設備121）： 影響を受けています`, how, and since when. */
function line(one: MailboxStanding, facts: PersonalFacts): string[] {
  const say = sayIn(facts.language);
  const ja = facts.language === 'ja';
  const server = ja ? one.mailbox.facilityName.ja : (one.mailbox.facilityName.en ?? one.mailbox.facilityName.ja);
  const words = say(facts.told.kind === 'work' ? WORK_STANDING[one.standing] : STANDING[one.standing]);
  const first = ja ? `${one.mailbox.address}（${server}）： ${words}` : `${one.mailbox.address} (${server}): ${words}`;
  const rest: string[] = [];
  const broken = one.standing === 'affected' || one.standing === 'delayed';
  if (one.symptom && facts.told.kind === 'fault' && broken) rest.push(say(one.symptom));
  const period = periodOf(one, facts);
  if (period) rest.push(period);
  return [first, ...rest];
}

function periodOf(one: MailboxStanding, { language, timeZone }: PersonalFacts): string | null {
  if (one.since === null || one.standing === 'cancelled' || one.standing === 'untouched') return null;
  const show = (at: Instant, approximate = false) => showTime(at, timeZone, language, { approximate });
  const since = show(one.since, one.approximate);
  if (one.until === null) return language === 'ja' ? `${since} から` : `since ${since}`;
  return language === 'ja' ? `${since} から ${show(one.until)} まで` : `from ${since} to ${show(one.until)}`;
}

/** What to do and what not to do, as this reader's mail stands. */
function todo(facts: PersonalFacts, worst: Standing | null): Field {
  const { told } = facts;
  if (told.kind === 'work') return advice(facts, worst === 'ahead' || worst === 'affected' ? [WORK_ADVICE] : []);
  switch (worst) {
    case 'affected':
      return advice(facts, [PASSWORD_IS_RIGHT, ...(facts.limit > 1 ? [WE_TELL_YOU] : [])]);
    case 'delayed':
      return advice(facts, [DO_NOT_SEND_AGAIN]);
    case 'recovered':
      return advice(facts, [AS_BEFORE]);
    case 'untouched':
      return advice(facts, [NOTHING_TO_DO]);
    default:
      // Nothing is known of his mailboxes; what is broken makes everybody doubt his password.
      return advice(facts, told.open.length > 0 ? [PASSWORD_IS_RIGHT] : []);
  }
}

function advice({ language }: PersonalFacts, sentences: Message[]): Field {
  if (sentences.length === 0) return { text: '', html: '' };
  const say = sayIn(language);
  const heading = say({ ja: 'お願い', en: 'What to do' });
  return {
    text: `${[`■ ${heading}`, ...sentences.map(say)].join('\n')}\n\n`,
    html: `<div style="border-left:4px solid;margin:0 0 16px;padding:4px 12px"><h2 style="margin:0;font-size:18px">${heading}</h2>${sentences
      .map((sentence) => `<p style="margin:4px 0"><strong>${escapeHtml(say(sentence))}</strong></p>`)
      .join('')}</div>`,
  };
}

/** The reader knows how many more may come, and after the last that nothing will. */
function countSentence({ language, nth, limit }: PersonalFacts): string {
  const last = nth >= limit;
  if (language === 'ja') {
    const most = `このお知らせについてのメールは、1つの宛先につき最大${limit}通です。`;
    return last
      ? `${most}これが${limit}通目で、最後です。これ以降の情報は、ページでのみお知らせします。`
      : `${most}これは${nth}通目です。途中の経過は、ページでご確認ください。`;
  }
  return last
    ? `This is mail ${limit} of ${limit} about this notice, and the last. Further information is on the page only.`
    : `This is mail ${nth} of at most ${limit} about this notice. Progress in between is on the page.`;
}

function plain(sentence: string): Field {
  return { text: sentence, html: escapeHtml(sentence) };
}

function sayIn(language: Language): (message: Message) => string {
  return (message) => message[language];
}

const HEADING: Message = { ja: 'お客さまのメールアドレスへの影響', en: 'Your own mailboxes' };

const STATUS_LINK: Message = {
  ja: 'お客さまのメールの今の状況（パスワードは不要です）',
  en: 'The state of your mail now (no password needed)',
};

const VERDICT: Record<Standing, Message> = {
  affected: {
    ja: 'お客さまのメールサーバーは、この故障の影響を受けています。',
    en: 'Your own mail server is affected by this fault.',
  },
  delayed: { ja: 'お客さまのメールの到着が遅れています。', en: 'Your mail arrives late.' },
  recovered: { ja: 'お客さまのメールサーバーは、現在は回復しています。', en: 'Your own mail server works again.' },
  ahead: { ja: '', en: '' },
  cancelled: { ja: '', en: '' },
  untouched: {
    ja: 'お客さまのメールサーバーに、この故障の影響はありません。',
    en: 'Your own mail server is not affected by this fault.',
  },
};

const WORK_VERDICT: Record<Standing, Message> = {
  ...VERDICT,
  affected: { ja: 'お客さまのメールサーバーの工事を始めました。', en: 'Work on your own mail server has begun.' },
  recovered: { ja: 'お客さまのメールサーバーの工事が終わりました。', en: 'Work on your own mail server is finished.' },
  ahead: { ja: 'お客さまのメールサーバーの工事を予定しています。', en: 'Work is planned on your own mail server.' },
  cancelled: {
    ja: 'お客さまのメールサーバーの工事を中止しました。',
    en: 'The work on your own mail server is cancelled.',
  },
  untouched: {
    ja: 'お客さまのメールサーバーに、この工事の影響はありません。',
    en: 'Your own mail server is not touched by this work.',
  },
};

const STANDING: Record<Standing, Message> = {
  affected: { ja: '影響を受けています', en: 'affected' },
  delayed: { ja: '遅延しています', en: 'delayed' },
  recovered: { ja: '現在は影響を受けていません', en: 'not affected at present' },
  ahead: { ja: '', en: '' },
  cancelled: { ja: '', en: '' },
  untouched: { ja: '影響はありません', en: 'not affected' },
};

const WORK_STANDING: Record<Standing, Message> = {
  ...STANDING,
  affected: { ja: '工事中です', en: 'work in progress' },
  recovered: { ja: '工事が終わりました', en: 'work finished' },
  ahead: { ja: '工事の予定があります', en: 'work planned' },
  cancelled: { ja: '工事を中止しました', en: 'work cancelled' },
};

const PASSWORD_IS_RIGHT: Message = {
  ja: 'お客さまのパスワードは間違っていません。パスワードの変更や設定の変更はなさらないでください。',
  en: 'Your password is not wrong. Please do not change your password or your settings.',
};
const WE_TELL_YOU: Message = {
  ja: '何度も試していただく必要はありません。回復しましたら、このアドレスにメールでお知らせします。',
  en: 'There is no need to keep trying. We will mail this address when it works again.',
};
const DO_NOT_SEND_AGAIN: Message = {
  ja: '同じメールを何度も送り直さないでください。パスワードや設定を変更していただく必要もありません。',
  en: 'Please do not send the same mail again. There is no need to change your password or your settings.',
};
const AS_BEFORE: Message = {
  ja: 'これまでのパスワードと設定のまま、ご利用ください。変更していただく必要はありません。',
  en: 'Use your mail with the same password and settings as before. Nothing needs to be changed.',
};
const NOTHING_TO_DO: Message = {
  ja: 'お客さまにしていただくことはありません。',
  en: 'There is nothing you need to do.',
};
const WORK_ADVICE: Message = {
  ja: '工事の時間帯は、メールをご利用いただけないことがあります。パスワードや設定を変更していただく必要はありません。',
  en: 'During the work your mail may not be available. There is no need to change your password or your settings.',
};
