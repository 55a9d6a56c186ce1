import type { Flag } from './values.ts';

export interface WarningsTable {
  notice_id: string;
  kind: string;
  due_at: number;
  stage: 'soon' | 'over';
  warned_at: number;
}

export interface WarningCallsTable {
  id: string;
  body: string;
  created_at: number;
  attempts: number;
  next_attempt_at: number | null;
  arrived: Flag;
  answer: string | null;
}
