import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot, readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { moveTo } from '../db/move.ts';
import { openDatabase } from '../db/open.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `shirase move --to postgres://…`: the whole SQLite installation, compared row by row; may be stopped and started again. */
export async function moveCommand(words: string[]): Promise<void> {
  const { values } = parseArgs({ args: words, options: { to: { type: 'string' } }, strict: true });
  if (!values.to || !/^postgres(ql)?:\/\//.test(values.to)) throw new UsageError('move needs --to postgres://…');
  const { databaseUrl } = readConfig();
  if (!databaseUrl.startsWith('sqlite:')) throw new Error('DATABASE_URL must still be the SQLite database that moves.');
  // Both are brought to this program's schema first.
  await withDatabase(async () => {});
  const to = openDatabase(values.to, () => {});
  try {
    await migrate(to, join(packageRoot, 'migrations'));
    const counts = await moveTo(databaseUrl.slice('sqlite:'.length), to, (table, done, all) => {
      process.stderr.write(
        `${process.stderr.isTTY ? '\r' : ''}${table}: ${done} of ${all}${done === all || !process.stderr.isTTY ? '\n' : ''}`,
      );
    });
    const rows = Object.values(counts).reduce((sum, one) => sum + one, 0);
    process.stdout.write(
      `${rows} rows of ${Object.keys(counts).length} tables are there, each the same on both sides.\n` +
        'Now set DATABASE_URL to it, start the server, and keep the SQLite file until you are sure.\n',
    );
  } finally {
    await to.close();
  }
}
