-- What can break. Runs unchanged on SQLite and PostgreSQL: text ids made by the program, times as UTC epoch
-- milliseconds in bigint, booleans as smallint 0/1, JSON as text.
CREATE TABLE services (
  key text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  group_name text,
  -- a way of using another service (webmail of mail): a fault of all of it concerns that service's mailboxes too
  part_of text,
  position integer NOT NULL,
  retired_at bigint
);

CREATE TABLE service_dependencies (
  service text NOT NULL REFERENCES services (key),
  depends_on text NOT NULL REFERENCES services (key),
  PRIMARY KEY (service, depends_on)
);

CREATE TABLE facilities (
  code text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  service text NOT NULL REFERENCES services (key),
  position integer NOT NULL,
  retired_at bigint
);

CREATE INDEX facilities_by_service ON facilities (service);

CREATE TABLE facility_domains (
  domain text NOT NULL,
  facility text NOT NULL REFERENCES facilities (code),
  PRIMARY KEY (domain, facility)
);

-- Where customers can ask: shown on every page and in every mail.
CREATE TABLE desks (
  key text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  phone text,
  url text,
  hours_ja text,
  hours_en text,
  position integer NOT NULL
);
