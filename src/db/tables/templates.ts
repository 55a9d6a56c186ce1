export interface TemplatesTable {
  id: string;
  name_ja: string;
  name_en: string | null;
  phase: string;
  service: string | null;
  symptom: 'unavailable' | 'degraded' | 'delayed' | 'login' | null;
  title_ja: string | null;
  title_en: string | null;
  body_ja: string;
  body_en: string | null;
  changed_at: number;
  changed_by: string;
  removed_at: number | null;
}
