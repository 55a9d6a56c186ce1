export interface AlarmGroupsTable {
  source: string;
  group_key: string;
  notice_id: string | null;
  seen_at: number;
  draft_version: number;
}

export interface AlarmsTable {
  source: string;
  key: string;
  group_key: string;
  notice_id: string;
  title: string;
  service: string | null;
  /** JSON: codes, or "all" */
  facilities: string;
  symptom: string;
  started_at: number;
  ended_at: number | null;
  seen_at: number;
}
