-- What is told of an impact beside its kind of symptom. Corrections of it stand in the reports' pictures.
ALTER TABLE impacts ADD COLUMN detail_ja text;
ALTER TABLE impacts ADD COLUMN detail_en text;
ALTER TABLE impacts ADD COLUMN users text; -- JSON {count, qualifier, unit}: 最大約52,000,000人
-- A posting elsewhere of which only the day is known, or nothing but that it was.
ALTER TABLE postings ADD COLUMN known text NOT NULL DEFAULT 'minute' CHECK (known IN ('minute', 'day', 'nothing'));
ALTER TABLE postings ADD COLUMN approximate smallint NOT NULL DEFAULT 0 CHECK (approximate IN (0, 1));
