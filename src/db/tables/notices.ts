import type { Flag } from './values.ts';

export interface NoticesTable {
  id: string;
  kind: 'fault' | 'work';
  title_ja: string;
  title_en: string | null;
  root_id: string;
  occurred_at: number;
  occurred_approximate: Flag;
  recognised_at: number | null;
  serious_at: number | null;
  planned_from: number | null;
  planned_to: number | null;
  /** JSON array of {from, to}; null where there is one window. */
  planned_windows: string | null;
  /** JSON array; null where it hangs together with no other. */
  links: string | null;
  actual_from: number | null;
  actual_to: number | null;
  created_at: number;
  created_by: string;
  first_published_at: number | null;
  updated_at: number;
  version: number;
}

export interface ImpactsTable {
  id: string;
  notice_id: string;
  service: string;
  all_facilities: Flag;
  area_ja: string | null;
  area_en: string | null;
  symptom: 'unavailable' | 'degraded' | 'delayed' | 'login';
  detail_ja: string | null;
  detail_en: string | null;
  /** JSON of notices/quantity.ts. */
  users: string | null;
  started_at: number;
  started_approximate: Flag;
  recovered_at: number | null;
  /** 1: 頃 */
  recovered_approximate?: Flag | null | undefined;
  position: number;
  added_by_report: number;
}

export interface ImpactFacilitiesTable {
  impact_id: string;
  facility: string;
}

export interface ReportsTable {
  notice_id: string;
  number: number;
  revision: number;
  phase:
    | 'first'
    | 'update'
    | 'partial_recovery'
    | 'recovery'
    | 'delay_recovery'
    | 'final'
    | 'plan'
    | 'start'
    | 'extend'
    | 'complete'
    | 'cancel';
  tells_recovery: Flag;
  published_at: number;
  published_by: string;
  body_ja: string;
  body_en: string | null;
  picture: string;
  mail: Flag;
  backfilled: Flag;
  reason_ja: string | null;
  reason_en: string | null;
}

export interface DraftsTable {
  notice_id: string;
  content: string;
  saved_at: number;
  saved_by: string;
  saved_by_id: string | null;
  version: number;
}

export interface PostingsTable {
  notice_id: string;
  report_number: number;
  surface: string;
  posted_at: number;
  recorded_by: string;
  note: string | null;
  /** How exactly posted_at is known; of `nothing` it is the report's own time. */
  known: 'minute' | 'day' | 'nothing';
  approximate: Flag;
}

export interface EditionTable {
  id: number;
  number: number;
  changed_at: number;
}

export interface AttachmentsTable {
  id: string;
  notice_id: string;
  kind: 'outline_diagram' | 'configuration_diagram' | 'photo' | 'document';
  extension: 'png' | 'jpg' | 'svg' | 'pdf';
  alternative_ja: string;
  alternative_en: string | null;
  size: number;
  sha256: string;
  width: number | null;
  height: number | null;
  series_id: string;
  version: number;
  internal: Flag;
  added_at: number;
  added_by: string;
  published_at: number | null;
  removed_at: number | null;
}

export interface AttachmentBytesTable {
  attachment_id: string;
  bytes: Buffer;
}

export interface DraftReadersTable {
  notice_id: string;
  staff_id: string;
  name: string;
  since: number;
  seen_at: number;
}

export interface ScheduledReportsTable {
  notice_id: string;
  publish_at: number;
  draft_version: number;
  set_at: number;
  set_by_kind: 'staff' | 'key';
  set_by: string;
  set_by_name: string;
  failed_at: number | null;
  /** JSON: ja, en */
  failure: string | null;
}

export interface DraftApprovalsTable {
  notice_id: string;
  fingerprint: string;
  asked_at: number;
  asked_by: string;
  asked_by_name: string;
  approved_at: number | null;
  approved_by: string | null;
  approved_by_name: string | null;
}

export interface MeasureProgressTable {
  notice_id: string;
  measure: string;
  number: number;
  status: 'done' | 'in_progress' | 'planned';
  date: string | null;
  text_ja: string | null;
  text_en: string | null;
  published_at: number;
  recorded_by: string;
}
