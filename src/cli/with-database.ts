import { readConfig } from '../config.ts';
import type { Database } from '../db/open.ts';
import { readyDatabase } from '../start.ts';

/** Opens the database that the server uses, brings it up to date, and closes it again whatever happens. */
export async function withDatabase<Result>(work: (db: Database) => Promise<Result>): Promise<Result> {
  const db = await readyDatabase(readConfig(), (error, message) =>
    process.stderr.write(`${message}: ${String(error)}\n`),
  );
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
