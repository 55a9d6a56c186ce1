import type { Message } from '../../errors.ts';
import type { Phase } from '../phases.ts';
import type { LimitKind, Stage } from './clocks.ts';

/** What is owed, in the words of the board and of the warnings. */
export const LIMIT_WORDS: Record<LimitKind, Message> = {
  first_occurrence: { ja: '初報（発生から）', en: 'First report (since occurrence)' },
  first_recognition: { ja: '初報（認知から）', en: 'First report (since recognition)' },
  update: { ja: '続報', en: 'Update' },
  delay: { ja: '遅延の続報または遅延回復報', en: 'Update on the delay, or that it cleared' },
  promised: { ja: '予告した次回のお知らせ', en: 'The update that was promised' },
  expected: { ja: 'お知らせした回復の見込み', en: 'The recovery that was expected' },
  recovery: { ja: '回復報', en: 'Recovery report' },
  final: { ja: '終報', en: 'Final report' },
  work_start: { ja: '工事の開始', en: 'Start of the work' },
  work_end: { ja: '工事の完了または延長の報', en: 'That the work is over, or goes on' },
};

/** The words beside the colour. */
export const STAGE_WORDS: Record<Stage, Message> = {
  met: { ja: '期限内', en: 'In time' },
  late: { ja: '期限後', en: 'Late' },
  calm: { ja: '余裕あり', en: 'On time' },
  soon: { ja: 'まもなく期限', en: 'Due soon' },
  over: { ja: '期限超過', en: 'Overdue' },
};

/** The report with which it is done, where one is; the first that the notice may have next is offered. */
export const LIMIT_PHASES: Record<LimitKind, readonly Phase[]> = {
  first_occurrence: ['first'],
  first_recognition: ['first'],
  update: ['update'],
  delay: ['delay_recovery', 'update'],
  promised: ['update'],
  expected: ['update'],
  recovery: ['recovery', 'delay_recovery', 'partial_recovery'],
  final: ['final'],
  work_start: ['start'],
  work_end: ['complete', 'extend'],
};
