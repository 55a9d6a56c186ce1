import { join } from 'node:path';
import { packageRoot, readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open.ts';

/** `shirase migrate`: the server does the same when it starts. */
export async function migrateCommand(): Promise<void> {
  const db = openDatabase(readConfig().databaseUrl, () => {});
  try {
    const applied = await migrate(db, join(packageRoot, 'migrations'));
    process.stdout.write(applied.length === 0 ? 'The database is up to date.\n' : `Applied: ${applied.join(', ')}\n`);
  } finally {
    await db.close();
  }
}
