import type { Message } from '../../errors.ts';

const LABELS: Record<string, Message> = {
  title: { ja: '件名', en: 'Title' },
  occurredAt: { ja: '発生日時', en: 'Occurred at' },
  recognisedAt: { ja: '認知日時', en: 'Recognised at' },
  'planned.from': { ja: '工事開始の予定', en: 'Planned start' },
  'planned.to': { ja: '工事終了の予定', en: 'Planned end' },
  actualFrom: { ja: '実際の開始日時', en: 'Really started at' },
  actualTo: { ja: '実際の終了日時', en: 'Really ended at' },
  sharesRootWith: { ja: '同じ原因の故障', en: 'Same root fault' },
  phase: { ja: '種別', en: 'Kind of report' },
  body: { ja: '本文', en: 'Text' },
  cause: { ja: '原因', en: 'Cause' },
  workaround: { ja: '回避策', en: 'Workaround' },
  avoid: { ja: 'なさらないでいただきたいこと', en: 'What not to do' },
  users: { ja: '影響を受けたお客さまの数', en: 'How many are affected' },
  asOf: { ja: '本文の時点', en: 'As of' },
  series: { ja: '支店などの報番号', en: 'Number in another series' },
  revised: { ja: '発表した内容の訂正', en: 'What is told anew' },
  reopenReason: { ja: '再開の理由', en: 'Why it is open again' },
  unaffected: { ja: '影響のないサービス', en: 'What still works' },
  emergencyCalls: { ja: '緊急通報への影響', en: 'Emergency calls' },
  residual: { ja: '回復後に残る影響', en: 'What is left' },
  expectedRecoveryAt: { ja: '回復の見込み', en: 'Expected recovery' },
  nextUpdateAt: { ja: '次回のお知らせ予定', en: 'Next update' },
  reason: { ja: '訂正の理由', en: 'Reason' },
  recovered: { ja: '回復した影響', en: 'What recovered' },
  measure: { ja: '再発防止策', en: 'Measure' },
  status: { ja: 'いまの状況', en: 'Where it stands' },
  date: { ja: '実施日・予定日', en: 'Date' },
  text: { ja: 'お客さまへの説明', en: 'What customers read' },
  surface: { ja: '掲載先', en: 'Surface' },
  publishAt: { ja: '公開する日時', en: 'Publish at' },
  mailCount: { ja: 'メールが届く件数', en: 'How many are mailed' },
  postedAt: { ja: '掲載日時', en: 'Posted at' },
};

const ROWS: Record<string, Message> = {
  links: { ja: '関連', en: 'Link' },
  windows: { ja: 'ほかの日程', en: 'Other window' },
  impacts: { ja: '影響', en: 'Impact' },
  causes: { ja: '原因', en: 'Cause' },
  measures: { ja: '再発防止策', en: 'Measure' },
};

/** What a field is called, for the list of what is wrong: 影響2. Empty where the sentence must do. */
export function labelOf(field: string): Message {
  const [list = '', index = ''] = field.split('.');
  const row = ROWS[list];
  if (row) return { ja: `${row.ja}${Number(index) + 1}`, en: `${row.en} ${Number(index) + 1}` };
  return LABELS[field] ?? LABELS[list] ?? { ja: '', en: '' };
}
