-- Files on a notice. Bytes stand apart: they are read once for a page, the rest with each edition.
CREATE TABLE attachments (
  id text PRIMARY KEY,
  notice_id text NOT NULL REFERENCES notices (id),
  kind text NOT NULL CHECK (kind IN ('outline_diagram', 'configuration_diagram', 'photo', 'document')),
  extension text NOT NULL CHECK (extension IN ('png', 'jpg', 'svg', 'pdf')),
  alternative_ja text NOT NULL, -- what it shows, for who cannot see it
  alternative_en text,
  size integer NOT NULL,        -- bytes
  sha256 text NOT NULL,
  width integer,
  height integer,
  series_id text NOT NULL,      -- the first version of the same thing
  version integer NOT NULL CHECK (version >= 1),
  internal smallint NOT NULL CHECK (internal IN (0, 1)),
  added_at bigint NOT NULL,
  added_by text NOT NULL,
  published_at bigint,
  removed_at bigint,
  UNIQUE (series_id, version)
);
CREATE INDEX attachments_by_notice ON attachments (notice_id);
CREATE TABLE attachment_bytes (
  attachment_id text PRIMARY KEY REFERENCES attachments (id),
  bytes blob NOT NULL
);
