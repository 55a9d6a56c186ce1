import { type Instant, type Language, showTime } from '../../time.ts';
import type { Passage } from '../changes.ts';
import type { Impact } from '../impact.ts';
import { inLanguage, type Notice, type Text } from '../notice.ts';
import type { Picture, Report } from '../report.ts';
import type { Called } from './names.ts';
import {
  CAUSE_KIND_WORDS,
  CAUSE_STATE_WORDS,
  MEASURE_FIELD_WORDS,
  MEASURE_STATUS_WORDS,
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
  if (isFault) teller.add('occurred', '発生日時', 'Since', teller.time(notice.occurredAt, notice.occurredApproximate));
  else if (picture.planned) teller.add('planned', '予定日時', 'Planned for', teller.window(picture.planned));
  for (const impact of picture.impacts)
    teller.add(`impact.${impact.id}`, '影響', 'What is affected', teller.impact(impact, isFault));
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
  const told = causes?.map((one) => {
    const [kind, state] = [CAUSE_KIND_WORDS[one.kind], CAUSE_STATE_WORDS[one.state]];
    return teller.say(`${kind.ja}（${state.ja}）: `, `${kind.en} (${state.en}): `) + teller.text(one.text);
  });
  if (told?.length) teller.add('causes', '原因の報告', 'Causes', told.join('\n'));
  const taken = measures?.map((one) => {
    const [field, status] = [MEASURE_FIELD_WORDS[one.field], MEASURE_STATUS_WORDS[one.status]];
    const date = one.date === undefined ? '' : teller.say(`、${one.date}`, `, ${one.date}`);
    return (
      teller.say(`${field.ja}（${status.ja}${date}）: `, `${field.en} (${status.en}${date}): `) + teller.text(one.text)
    );
  });
  if (taken?.length) teller.add('measures', '再発防止策', 'Measures against recurrence', taken.join('\n'));
}

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

  text(text: Text): string {
    return inLanguage(text, this.#telling.language);
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

  impact(impact: Impact, isFault: boolean): string {
    const { names } = this.#telling;
    const symptom = symptomWords(impact);
    const service = this.text(names.service(impact.service));
    const lines = [isFault ? this.say(`${service}： ${symptom.ja}`, `${service}: ${symptom.en}`) : service];
    if (impact.facilities !== 'all') {
      const codes = impact.facilities.map((code) => this.text(names.facility(code)));
      lines.push(this.say('対象設備: ', 'Equipment: ') + codes.join(this.say('、', ', ')));
    }
    if (impact.area) lines.push(this.say('地域: ', 'Area: ') + this.text(impact.area));
    if (isFault) lines.push(this.#period(impact));
    return lines.join('\n');
  }

  #period({ startedAt, approximate, recoveredAt }: Impact): string {
    const from = this.time(startedAt, approximate);
    if (recoveredAt === null) return this.say(`${from} から`, `${from} onwards`);
    const to = this.time(recoveredAt);
    return this.say(`${from} から ${to} まで（回復しました）`, `${from} until ${to} (restored)`);
  }
}
