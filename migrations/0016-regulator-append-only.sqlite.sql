-- What was handed in, counted or decided is never changed. PostgreSQL says the same in its own words in the file beside.
CREATE TRIGGER facts_immutable BEFORE UPDATE ON accident_facts BEGIN SELECT RAISE(ABORT, 'accident_facts is append-only'); END;
CREATE TRIGGER facts_kept BEFORE DELETE ON accident_facts BEGIN SELECT RAISE(ABORT, 'accident_facts is append-only'); END;
CREATE TRIGGER inquiries_immutable BEFORE UPDATE ON inquiries BEGIN SELECT RAISE(ABORT, 'inquiries is append-only'); END;
CREATE TRIGGER inquiries_kept BEFORE DELETE ON inquiries BEGIN SELECT RAISE(ABORT, 'inquiries is append-only'); END;
CREATE TRIGGER decisions_immutable BEFORE UPDATE ON serious_decisions BEGIN SELECT RAISE(ABORT, 'serious_decisions is append-only'); END;
CREATE TRIGGER decisions_kept BEFORE DELETE ON serious_decisions BEGIN SELECT RAISE(ABORT, 'serious_decisions is append-only'); END;
CREATE TRIGGER submissions_immutable BEFORE UPDATE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;
CREATE TRIGGER submissions_kept BEFORE DELETE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;
