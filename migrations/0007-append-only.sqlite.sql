-- What was published or noted down is never changed. PostgreSQL says the same in its own words in the file beside.
CREATE TRIGGER reports_immutable BEFORE UPDATE ON reports BEGIN SELECT RAISE(ABORT, 'a published report is immutable'); END;
CREATE TRIGGER reports_kept BEFORE DELETE ON reports BEGIN SELECT RAISE(ABORT, 'a published report is kept'); END;
CREATE TRIGGER audit_immutable BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
