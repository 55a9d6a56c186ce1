import type { Language } from '../../time.ts';
import { inLanguage, type Notice } from '../notice.ts';
import type { Phase } from '../phases.ts';
import type { Report } from '../report.ts';

/** The state in words, first in the subject: a telephone shows fifteen characters. REGULATION 1.12. */
const SUBJECT_WORDS: Record<Phase, { ja: string; en: string }> = {
  first: { ja: '障害発生', en: 'Fault' },
  update: { ja: '障害続報', en: 'Fault update' },
  partial_recovery: { ja: '一部復旧', en: 'Partly restored' },
  recovery: { ja: '復旧', en: 'Restored' },
  delay_recovery: { ja: '遅延解消', en: 'Delay cleared' },
  final: { ja: '障害報告', en: 'Final report' },
  plan: { ja: '工事予告', en: 'Planned work' },
  start: { ja: '工事開始', en: 'Work started' },
  extend: { ja: '工事延長', en: 'Work extended' },
  complete: { ja: '工事完了', en: 'Work completed' },
  cancel: { ja: '工事中止', en: 'Work cancelled' },
};
const CORRECTION = { ja: '訂正', en: 'Correction' };

/** What is left of 60 characters beside the longest state and 第100報改 / report 100: the stem is the same in all of a notice's mails. */
const STEM = { ja: 46, en: 29 } as const;

/** 【復旧】OCNメールがご利用いただけません（第3報）: the state, the notice's constant stem, the report's number; 60 characters at most. */
export function subjectOf(notice: Pick<Notice, 'title'>, report: Report, language: Language): string {
  const corrected = report.revision > 0;
  const phase = report.tellsRecovery && report.phase !== 'delay_recovery' ? 'recovery' : report.phase;
  const word = (corrected ? CORRECTION : SUBJECT_WORDS[phase])[language];
  const stem = shorten(inLanguage(notice.title, language).replace(/^【[^】]*】\s*/, ''), STEM[language]);
  if (language === 'ja') return `【${word}】${stem}（第${report.number}報${corrected ? '改' : ''}）`;
  return `[${word}] ${stem} (report ${report.number})`;
}

function shorten(title: string, longest: number): string {
  const characters = [...title];
  return characters.length <= longest ? title : `${characters.slice(0, longest - 1).join('')}…`;
}
