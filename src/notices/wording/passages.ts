import { facilityNames } from '../../catalogue/facility-names.ts';
import type { Message } from '../../errors.ts';
import { type Instant, type Language, showTime } from '../../time.ts';
import type { Passage } from '../changes.ts';
import type { Impact, ImpactFacts, Revision } from '../impact.ts';
import { inLanguage, type Notice, type Text } from '../notice.ts';
import { quantityWords } from '../quantity.ts';
import type { Cause, Measure, Picture, Report } from '../report.ts';
import { plannedWindows } from '../windows.ts';
import type { Called } from './names.ts';
import {
  CAUSE_KIND_WORDS,
  CAUSE_STATE_WORDS,
  knownDate,
  MEASURE_FIELD_WORDS,
  MEASURE_STATUS_WORDS,
  MEASURE_TERM_WORDS,
  SYMPTOM_WORDS,
  symptomWords,
} from './words.ts';

/** In which words a report is told. */
export interface Telling {
  names: Called;
  /** The operator's time zone. */
  zone: string;
  language: Language;
}

/** All that a report says, part by part and in the order in which it is read: for mails, and to see what changed. */
export function passagesOf(notice: Notice, report: Report, telling: Telling): Passage[] {
  const { picture } = report;
  const teller = new Teller(telling);
  const isFault = notice.kind === 'fault';
  teller.add('title', '件名', 'Title', teller.text(picture.title ?? notice.title));
  teller.add('body', '本文', 'Text', teller.text(report.body));
  if (isFault) teller.add('occurred', '発生日時', 'Since', teller.onset(notice, picture));
  else if (picture.planned)
    teller.add(
      'planned',
      '予定日時',
      'Planned for',
      plannedWindows(picture.planned)
        .map((window) => teller.window(window))
        .join('\n'),
    );
  for (const impact of picture.impacts)
    teller.add(`impact.${impact.id}`, '影響', 'What is affected', teller.impact(impact, picture, isFault));
  if (picture.users)
    teller.add(
      'users',
      '影響を受けたお客さまの数',
      'How many are affected',
      teller.message(quantityWords(picture.users)),
    );
  teller.addText('reopened', '再開の理由', 'Why it is open again', picture.reopened);
  if (isFault && isStillOpen(report)) {
    const at = picture.expectedRecoveryAt;
    teller.add(
      'expected',
      '復旧の見込み',
      'Expected recovery',
      at ? teller.time(at) : teller.say('確認中です', 'Not known yet'),
    );
  }
  addAdvice(teller, picture);
  addCauses(teller, picture);
  if (picture.lastToday) {
    teller.add(
      'lastToday',
      '本日のお知らせ',
      'Today',
      teller.say('本日のお知らせはこれが最後です。', 'This is the last report for today.'),
    );
  }
  if (picture.nextUpdateAt) teller.add('next', '次のお知らせの予定', 'Next report', teller.time(picture.nextUpdateAt));
  return teller.passages;
}

function isStillOpen(report: Report): boolean {
  return !report.tellsRecovery && report.picture.impacts.some((impact) => impact.recoveredAt === null);
}

function addAdvice(teller: Teller, picture: Picture): void {
  teller.addText('workaround', '今ご利用いただける方法', 'What you can do meanwhile', picture.workaround);
  teller.addText('avoid', 'なさらないでいただきたいこと', 'Please do not', picture.avoid);
  teller.addText('unaffected', '影響のないもの', 'What still works', picture.unaffected);
  teller.addText(
    'emergencyCalls',
    '緊急通報（110・118・119）への影響',
    'Emergency calls (110, 118, 119)',
    picture.emergencyCalls,
  );
  teller.addText('residual', '回復後に残る影響', 'What remains after recovery', picture.residual);
}

function addCauses(teller: Teller, { cause, causes, measures }: Picture): void {
  // Once the causes are told one by one, the word alone says nothing more.
  if (cause && (cause.text || !causes?.length)) teller.add('cause', '原因', 'Cause', teller.cause(cause));
  const told = causes?.map((one, index) => teller.explained(one, (causes?.length ?? 0) > 1 ? index + 1 : null));
  if (told?.length) teller.add('causes', '原因の報告', 'Causes', told.join('\n'));
  const taken = measures?.map((one) => teller.measure(one));
  if (taken?.length) teller.add('measures', '再発防止策', 'Measures against recurrence', taken.join('\n'));
}

/** What the facts of an impact are called where they are told anew. 頃 goes with its time. */
const FACT_WORDS: Partial<Record<keyof ImpactFacts, Message>> = {
  startedAt: { ja: '発生', en: 'start' },
  symptom: { ja: '症状', en: 'symptom' },
  detail: { ja: '症状の説明', en: 'what happens' },
  area: { ja: '地域', en: 'area' },
  users: { ja: '影響数', en: 'affected' },
};

/** Puts facts into words, one passage after the other. */
class Teller {
  readonly passages: Passage[] = [];
  readonly #telling: Telling;

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  add(key: string, ja: string, en: string, text: string): void {
    this.passages.push({ key, label: this.say(ja, en), text });
  }

  addText(key: string, ja: string, en: string, text: Text | undefined): void {
    if (text) this.add(key, ja, en, this.text(text));
  }

  say(ja: string, en: string): string {
    return this.#telling.language === 'ja' ? ja : en;
  }

  text(text: Text | undefined): string {
    return text ? inLanguage(text, this.#telling.language) : '';
  }

  time(at: Instant, approximate = false): string {
    return showTime(at, this.#telling.zone, this.#telling.language, { approximate });
  }

  window({ from, to }: { from: Instant; to: Instant }): string {
    return this.say(`${this.time(from)} から ${this.time(to)} まで`, `from ${this.time(from)} to ${this.time(to)}`);
  }

  cause({ state, text }: NonNullable<Picture['cause']>): string {
    const word = CAUSE_STATE_WORDS[state];
    if (!text) return this.say(`${word.ja}です`, word.en);
    return this.say(`（${word.ja}）`, `(${word.en}) `) + this.text(text);
  }

  /** A kind that this version has no word for is left out: the report that comes after it must be readable. */
  message(words: Message | undefined): string {
    return words ? this.say(words.ja, words.en) : '';
  }

  /** 2. 大規模化の原因（確定、原因1から）: … */
  explained({ kind, state, text, dueTo }: Cause, number: number | null): string {
    const [word, sure] = [CAUSE_KIND_WORDS[kind], CAUSE_STATE_WORDS[state]];
    const chain =
      dueTo === undefined ? { ja: '', en: '' } : { ja: `、原因${dueTo}から`, en: `, due to cause ${dueTo}` };
    const before = number === null ? '' : `${number}. `;
    return (
      before +
      this.say(`${word.ja}（${sure.ja}${chain.ja}）: `, `${word.en} (${sure.en}${chain.en}): `) +
      this.text(text)
    );
  }

  /** 設備面（恒久、実施済、2015年8月）: … */
  measure({ field, term, status, date, text }: Measure): string {
    const facts = [term && MEASURE_TERM_WORDS[term], MEASURE_STATUS_WORDS[status], date && knownDate(date)];
    const said = facts.flatMap((fact) => (fact ? [this.message(fact)] : [])).join(this.say('、', ', '));
    const word = this.message(MEASURE_FIELD_WORDS[field]);
    return this.say(`${word}（${said}）: `, `${word} (${said}): `) + this.text(text);
  }

  /** When it began, and when it was said to have begun before that was known better. */
  onset(notice: Notice, { occurred, revised }: Picture): string {
    const { at, approximate } = occurred ?? { at: notice.occurredAt, approximate: notice.occurredApproximate };
    const revisions = (revised ?? []).filter((one) => one.impact === null);
    return [this.time(at, approximate), ...revisions.map((one) => this.#revision(one))].join('\n');
  }

  /** （第3報で訂正: 発生 12:25頃 → 12:13。理由: …） */
  #revision({ before, after, reason, report }: Revision): string {
    const values = Object.entries(after).flatMap(([name]) => this.#told(name as keyof ImpactFacts, before, after));
    const what = values.join(this.say('、', '; '));
    return this.say(
      `（第${report}報で訂正 ${what}。理由: ${this.text(reason)}）`,
      `(corrected in report ${report}: ${what}; reason: ${this.text(reason)})`,
    );
  }

  #told(name: keyof ImpactFacts, before: ImpactFacts, after: ImpactFacts): string[] {
    const label = FACT_WORDS[name];
    if (!label) return [];
    const value = (facts: ImpactFacts) => this.#fact(name, facts) ?? this.say('記載なし', 'not said');
    return [`${this.message(label)} ${value(before)} → ${value(after)}`];
  }

  #fact(name: keyof ImpactFacts, facts: ImpactFacts): string | undefined {
    if (name === 'startedAt')
      return facts.startedAt === undefined ? undefined : this.time(facts.startedAt, facts.approximate ?? false);
    if (name === 'symptom') return facts.symptom && this.message(SYMPTOM_WORDS[facts.symptom]);
    if (name === 'users') return facts.users ? this.message(quantityWords(facts.users)) : undefined;
    const text = name === 'area' ? facts.area : facts.detail;
    return text ? this.text(text) : undefined;
  }

  impact(impact: Impact, { revised }: Picture, isFault: boolean): string {
    const { names } = this.#telling;
    const symptom = symptomWords(impact);
    const service = this.text(names.service(impact.service));
    const lines = [isFault ? this.say(`${service}： ${symptom.ja}`, `${service}: ${symptom.en}`) : service];
    if (impact.facilities !== 'all') {
      const { text } = facilityNames(impact.facilities.map((code) => names.facility(code)));
      lines.push(this.say('対象設備: ', 'Equipment: ') + this.text(text));
    }
    if (impact.area) lines.push(this.say('地域: ', 'Area: ') + this.text(impact.area));
    if (impact.detail) lines.splice(1, 0, this.text(impact.detail));
    if (impact.users) lines.push(this.say('影響数: ', 'Affected: ') + this.message(quantityWords(impact.users)));
    if (isFault) lines.push(this.#period(impact));
    for (const one of revised ?? []) if (one.impact === impact.id) lines.push(this.#revision(one));
    return lines.join('\n');
  }

  #period({ startedAt, approximate, recoveredAt, recoveredApproximate }: Impact): string {
    const from = this.time(startedAt, approximate);
    if (recoveredAt === null) return this.say(`${from} から`, `${from} onwards`);
    const to = this.time(recoveredAt, recoveredApproximate);
    return this.say(`${from} から ${to} まで（回復しました）`, `${from} until ${to} (restored)`);
  }
}
