-- The trail is read by time, person, act or subject, newest first and page by page, however long it has become.
DROP INDEX audit_entries_by_time;
DROP INDEX audit_entries_by_subject;
CREATE INDEX audit_entries_by_time ON audit_entries (at, id);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_id, at, id);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_name, at, id);
CREATE INDEX audit_entries_by_act ON audit_entries (act, at, id);
