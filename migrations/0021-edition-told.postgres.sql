-- Whoever listens hears of a new edition at once. A hint only: every node looks once a second anyway, and a lost word loses nothing.
CREATE FUNCTION tell_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('shirase_edition', NEW.number::text);
  RETURN NULL;
END $$;
CREATE TRIGGER edition_told AFTER UPDATE ON edition FOR EACH ROW EXECUTE FUNCTION tell_edition();
