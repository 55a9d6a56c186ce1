import type { Flag } from './values.ts';

export interface ServiceCriteriaTable {
  service: string;
  category: string;
  users: number | null;
  critical: Flag;
  changed_at: number;
  changed_by: string;
}

export interface AccidentFactsTable {
  notice_id: string;
  version: number;
  /** JSON, see regulator/facts/facts.ts */
  content: string;
  saved_at: number;
  saved_by: string;
}

export interface InquiriesTable {
  id: string;
  notice_id: string;
  as_of: number;
  count: number;
  channel: 'phone' | 'mail' | 'web' | 'chat' | 'shop' | 'sns' | 'other' | 'all';
  direction: 'in' | 'out';
  desk: string;
  /** JSON: class of complaint to count */
  voices: string;
  note: string | null;
  recorded_at: number;
  recorded_by: string;
}

export interface MeasureAnswersTable {
  notice_id: string;
  measure: string;
  class: string;
}

export interface SeriousDecisionsTable {
  id: string;
  notice_id: string;
  decision: 'promote' | 'leave';
  rule_ja: string;
  rule_en: string;
  reason: string | null;
  decided_at: number;
  decided_by: string;
}

export interface ReportRemindersTable {
  subject: string;
  kind: 'detailed' | 'periodic';
  due_at: number;
  stage: 'ahead' | 'day' | 'over';
  reminded_at: number;
}

export interface SubmissionsTable {
  subject: string;
  kind: 'prompt' | 'detailed' | 'periodic';
  number: number;
  content: string;
  digest: string;
  note: string | null;
  submitted_at: number;
  submitted_by: string;
}
