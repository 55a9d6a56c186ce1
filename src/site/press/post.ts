import type { CatalogueNames } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import { noticeUrl } from '../../notices/ground.ts';
import type { Impact, Symptom } from '../../notices/impact.ts';
import { type Notice, workWindow } from '../../notices/notice.ts';
import type { Phase } from '../../notices/phases.ts';
import type { Report } from '../../notices/report.ts';
import { type Instant, type Language, showClock, showDate, wallClock } from '../../time.ts';
import { type Ranked, within } from '../fitting.ts';
import { servicesNamed } from './named.ts';
import { HEAVIEST, weight, weightOfLink } from './weight.ts';

export interface PostGround {
  names: CatalogueNames;
  publicUrl: string;
  zone: string;
}

/** The newest report as a post for X, with the notice's address: never too long, and no word in it cut. */
export function socialPost(notice: Notice, ground: PostGround, language: Language): string {
  const report = notice.reports.at(-1);
  const url = noticeUrl(language === 'en' ? `${ground.publicUrl}/en` : ground.publicUrl, notice.id);
  if (!report) return url;
  const words = new Words(ground, language);
  const lines = notice.kind === 'fault' ? faultLines(words, notice, report) : workLines(words, notice, report);
  const said = within([words.line(0, mark(report)), ...lines], HEAVIEST - weightOfLink(url) - 1);
  return `${said.join(language === 'ja' ? '' : ' ')}\n${url}`;
}

/** So much of a post may be names. */
const NAMES = 90;

class Words {
  readonly #ground: PostGround;
  readonly #language: Language;

  constructor(ground: PostGround, language: Language) {
    this.#ground = ground;
    this.#language = language;
  }

  /** The space before the next sentence is counted with it. */
  line(rank: number, text: Message): Ranked<string> {
    const said = text[this.#language];
    return { rank, said, size: weight(said) + 1 };
  }

  /** As many as there is room for; a name that is too long for a post is not cut. */
  services(impacts: Impact[]): Message {
    const names = [...new Set(impacts.map((impact) => impact.service))].map((key) => this.#ground.names.service(key));
    const choose = (language: Language, otherwise: string) =>
      [3, 2, 1].map((few) => servicesNamed(names, language, few)).find((text) => weight(text) <= NAMES) ?? otherwise;
    return { ja: choose('ja', '一部のサービス'), en: choose('en', 'some services') };
  }

  /** Without the year: a post carries its own date. */
  time(at: Instant, approximate = false): Message {
    const { zone } = this.#ground;
    const { month, day } = wallClock(at, zone);
    const date = showDate(at, zone, 'en').split(' ').slice(1, 3).join(' ');
    return {
      ja: `${month}月${day}日 ${showClock(at, zone, 'ja', { approximate, withoutZone: true })}`,
      en: `${showClock(at, zone, 'en', { approximate })} on ${date}`,
    };
  }
}

const MARKS: Record<Phase, Message> = {
  first: { ja: '故障のお知らせ', en: 'Fault' },
  update: { ja: '故障の続報', en: 'Update' },
  partial_recovery: { ja: '一部回復', en: 'Partly restored' },
  recovery: { ja: '回復', en: 'Restored' },
  delay_recovery: { ja: '遅延の解消', en: 'Delay cleared' },
  final: { ja: '最終報告', en: 'Final report' },
  plan: { ja: '工事のお知らせ', en: 'Planned work' },
  start: { ja: '工事開始', en: 'Work started' },
  extend: { ja: '工事延長', en: 'Work extended' },
  complete: { ja: '工事完了', en: 'Work completed' },
  cancel: { ja: '工事中止', en: 'Work cancelled' },
};

function mark({ phase, tellsRecovery, revision }: Report): Message {
  const { ja, en } =
    phase === 'first' && tellsRecovery ? { ja: '故障と回復のお知らせ', en: 'Fault, restored' } : MARKS[phase];
  return revision > 0 ? { ja: `【${ja}・訂正】`, en: `[${en}, corrected]` } : { ja: `【${ja}】`, en: `[${en}]` };
}

function faultLines(words: Words, notice: Notice, { phase, picture }: Report): Ranked<string>[] {
  const open = picture.impacts.filter((impact) => impact.recoveredAt === null);
  const over = picture.impacts.filter((impact) => impact.recoveredAt !== null);
  const all = words.services(picture.impacts);
  if (phase === 'final') {
    const began = words.time(notice.occurredAt, notice.occurredApproximate);
    const told = picture.measures?.length
      ? { ja: '原因と再発防止策をご報告します', en: 'its causes and what we do against it' }
      : { ja: '最終のご報告を掲載しました', en: 'our final report' };
    return [
      words.line(0, {
        ja: `${began.ja}に発生した${all.ja}の故障について、${told.ja}。`,
        en: `On the fault of ${all.en} that began at ${began.en}: ${told.en}.`,
      }),
      words.line(1, {
        ja: 'ご迷惑をおかけいたしましたことを、改めておわび申し上げます。',
        en: 'We apologise once more for the trouble.',
      }),
    ];
  }
  const late = open.every((impact) => impact.symptom === 'delayed');
  if (late && over.length > 0) return [...overLines(words, over, phase), ...lateLines(words, open)];
  return [...openLines(words, open, over), ...promiseLines(words, picture)];
}

/** What a report of this phase is about: a cleared delay, else what could not be used. */
function overLines(words: Words, all: Impact[], phase: Phase): Ranked<string>[] {
  const about = all.filter((impact) => (impact.symptom === 'delayed') === (phase === 'delay_recovery'));
  const over = about.length > 0 ? about : all;
  const [who, at] = [words.services(over), words.time(Math.max(...over.map((impact) => impact.recoveredAt ?? 0)))];
  const late = over.every((impact) => impact.symptom === 'delayed');
  return [
    words.line(0, {
      ja: late ? `${who.ja}の遅れは、${at.ja}に解消しました。` : `${who.ja}は、${at.ja}に回復しました。`,
      en: late ? `The delay of ${who.en} was cleared at ${at.en}.` : `${who.en}: restored at ${at.en}.`,
    }),
    words.line(1, { ja: 'ご迷惑をおかけし、申し訳ございませんでした。', en: 'We are sorry for the trouble.' }),
  ];
}

/** Restored is not all: mail may still be on its way. */
function lateLines(words: Words, open: Impact[]): Ranked<string>[] {
  if (open.length === 0) return [];
  return [words.line(0, { ja: 'メールの到着の遅れは、まだ続いています。', en: 'Mail still arrives late.' })];
}

const BADNESS: Symptom[] = ['unavailable', 'login', 'degraded', 'delayed'];

const SUFFERS: Record<Symptom, Message> = {
  unavailable: { ja: 'がご利用いただけません', en: 'not available' },
  login: { ja: 'にログインしづらくなっています', en: 'hard to sign in to' },
  degraded: { ja: 'がご利用しづらくなっています', en: 'hard to use' },
  delayed: { ja: 'でメールの到着が遅れています', en: 'mail delayed' },
};

/** The worst first; another way of being broken and what works again where there is room. */
function openLines(words: Words, open: Impact[], over: Impact[]): Ranked<string>[] {
  const symptoms = BADNESS.filter((symptom) => open.some((impact) => impact.symptom === symptom));
  const lines = symptoms.map((symptom, index) => {
    const impacts = open.filter((impact) => impact.symptom === symptom);
    const first = impacts.toSorted((a, b) => a.startedAt - b.startedAt)[0];
    const [who, suffers] = [words.services(impacts), SUFFERS[symptom]];
    const since = words.time(first?.startedAt ?? 0, first?.approximate);
    return words.line(index === 0 ? 0 : 2, {
      ja: `${since.ja}から、${who.ja}${suffers.ja}。`,
      en: `${who.en}: ${suffers.en} since ${since.en}.`,
    });
  });
  if (over.length > 0) {
    const who = words.services(over.filter((impact) => !open.some((one) => one.service === impact.service)));
    if (who.ja !== '') lines.push(words.line(2, { ja: `${who.ja}は回復しました。`, en: `${who.en}: restored.` }));
  }
  if (symptoms[0] !== 'delayed') {
    lines.push(words.line(1, { ja: 'パスワードの変更は必要ありません。', en: 'You need not change your password.' }));
  }
  return lines;
}

function promiseLines(words: Words, { expectedRecoveryAt, nextUpdateAt }: Report['picture']): Ranked<string>[] {
  const expected = expectedRecoveryAt ? words.time(expectedRecoveryAt, true) : { ja: '確認中', en: 'not known yet' };
  const lines = [
    words.line(1, { ja: 'ご迷惑をおかけし、申し訳ございません。', en: 'We are sorry for the trouble.' }),
    words.line(3, { ja: `回復の見込み：${expected.ja}。`, en: `Expected recovery: ${expected.en}.` }),
  ];
  if (nextUpdateAt) {
    const next = words.time(nextUpdateAt);
    lines.push(words.line(3, { ja: `次のお知らせ：${next.ja}。`, en: `Next update: ${next.en}.` }));
  }
  return lines;
}

function workLines(words: Words, notice: Notice, { phase }: Report): Ranked<string>[] {
  const who = words.services(notice.impacts);
  const window = workWindow(notice) ?? { from: notice.occurredAt, to: notice.occurredAt };
  const [from, to] = [words.time(window.from), words.time(window.to)];
  const told: Partial<Record<Phase, Message>> = {
    start: {
      ja: `${who.ja}の工事を始めました。${to.ja}に終わる予定です。`,
      en: `Work on ${who.en} goes on until ${to.en}.`,
    },
    extend: { ja: `${who.ja}の工事を、${to.ja}まで延長します。`, en: `Work on ${who.en} is extended until ${to.en}.` },
    complete: { ja: `${who.ja}の工事は終わりました。`, en: `Work on ${who.en} is finished.` },
    cancel: {
      ja: `${from.ja}から予定していた${who.ja}の工事は、中止しました。`,
      en: `Work on ${who.en} from ${from.en} is cancelled.`,
    },
  };
  const plan = {
    ja: `${from.ja}から${to.ja}まで、${who.ja}の工事を行います。`,
    en: `Work on ${who.en} from ${from.en} until ${to.en}.`,
  };
  const thanks = { ja: 'ご不便をおかけします。', en: 'Thank you for your patience.' };
  const lasts = phase === 'plan' || phase === 'start' || phase === 'extend';
  return [words.line(0, told[phase] ?? plan), ...(lasts ? [words.line(1, thanks)] : [])];
}
