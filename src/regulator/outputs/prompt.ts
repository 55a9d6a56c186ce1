import { type Language, showTime } from '../../time.ts';
import type { Accident } from '../accidents.ts';
import { UNKNOWN } from '../facts/words.ts';
import { accidentSheet, type Sheet, type SheetGround } from './sheet.ts';

/** The prompt report (速報, 規則第57条): plain lines to read on the telephone or to send by mail. Unknown items say so. */
export function promptText(accident: Accident, ground: SheetGround, at: { now: number; language: Language }): string {
  const { now, language } = at;
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  const sheet = accidentSheet(accident, ground, language);
  const { facts } = accident.saved;
  const of = (ja: string, en: string) => factOf(sheet, say(ja, en));
  const listed = (heading: string) =>
    sheet.sections
      .find((section) => section.heading === heading)
      ?.blocks.map(({ label, text }) => `  ${label ?? ''}: ${text.replaceAll('\n', say('、', ', '))}`)
      .join('\n') ?? '';
  const expected = accident.notice.reports.at(-1)?.picture.expectedRecoveryAt;
  const recovery = expected
    ? say(`（見込み ${showTime(expected, ground.zone, 'ja')}）`, ` (expected ${showTime(expected, ground.zone, 'en')})`)
    : '';
  const lines = [
    say('【事故の速報】', 'PROMPT REPORT OF AN ACCIDENT'),
    `${say('報告日時', 'Reported')}: ${showTime(now, ground.zone, language)}`,
    `${say('事業者名', 'Operator')}: ${ground.operator[language]}`,
    `${say('件名', 'Title')}: ${sheet.title}`,
    `${say('発生日時', 'Occurred')}: ${of('発生日時', 'Occurred')}`,
    `${say('復旧日時', 'Recovered')}: ${of('復旧日時', 'Recovered')}${recovery}`,
    `${say('発生場所（原因設備の設置場所）', 'Place (where the equipment stands)')}: ${facts.place ?? UNKNOWN[language]}`,
    `${say('影響を与えた役務の内容', 'Service concerned')}:\n${listed(say('障害の内容', 'What happened'))}`,
    `${say('影響範囲', 'Area')}: ${of('影響地域', 'Area')}`,
    `${say('継続時間と影響利用者数', 'Duration and users')}:\n${listed(say('継続時間と影響利用者数', 'Duration and affected users'))}`,
    `${say('発生原因', 'Causes')}:\n${listed(say('発生原因', 'Causes'))}`,
    `${say('卸の関係', 'Wholesale')}: ${of('卸の関係', 'Wholesale')}`,
    `${say('重大な事故の判定', 'Verdict')}: ${of('判定', 'Verdict')}`,
    `${say('問合せ件数', 'Inquiries')}: ${of('問合せ件数', 'Inquiries').replaceAll('\n', say('、', ', '))}`,
    `${say('記載責任者', 'Responsible')}: ${of('記載責任者', 'Responsible')}`,
  ];
  return `${lines.join('\n')}\n`;
}

function factOf(sheet: Sheet, label: string): string {
  return sheet.sections.flatMap((section) => section.blocks).find((block) => block.label === label)?.text ?? '';
}
