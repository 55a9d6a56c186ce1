-- 定型文: what staff wrote beforehand. One with the id of a standard one takes its place; removed ones are offered no more.
CREATE TABLE templates (
  id text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  phase text NOT NULL,
  service text REFERENCES services (key), -- null: of every service
  symptom text CHECK (symptom IN ('unavailable', 'degraded', 'delayed', 'login')), -- null: of every symptom
  title_ja text,
  title_en text,
  body_ja text NOT NULL,
  body_en text,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL,
  removed_at bigint
);
