/** Booleans are smallint 0/1: better-sqlite3 binds no booleans, and both engines compare numbers alike. */
export type Flag = 0 | 1;
