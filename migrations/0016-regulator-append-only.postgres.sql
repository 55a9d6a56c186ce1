-- What was handed in, counted or decided is never changed. SQLite says the same in its own words in the file beside.
CREATE TRIGGER facts_immutable BEFORE UPDATE OR DELETE ON accident_facts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inquiries_immutable BEFORE UPDATE OR DELETE ON inquiries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_immutable BEFORE UPDATE OR DELETE ON serious_decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER submissions_immutable BEFORE UPDATE OR DELETE ON submissions FOR EACH ROW EXECUTE FUNCTION refuse_change();
