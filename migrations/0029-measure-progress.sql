-- What became of a measure after the report that promised it: each word on it stays, with its day.
CREATE TABLE measure_progress (
  notice_id text NOT NULL REFERENCES notices (id),
  measure text NOT NULL, -- m1, m2, …, as in the reports' pictures
  number integer NOT NULL CHECK (number >= 1),
  status text NOT NULL CHECK (status IN ('done', 'in_progress', 'planned')),
  date text, -- YYYY-MM-DD or YYYY-MM: done on, or planned for
  text_ja text,
  text_en text,
  published_at bigint NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (notice_id, measure, number)
);
