import { sql } from 'kysely';
import { openDatabase } from '../../src/db/open.ts';
import { troubleOf } from '../../src/db/trouble.ts';

/** Commits sixty rows, one by one, on a disk that fails, and says which were acknowledged and what went wrong. */
const db = openDatabase(process.argv[2] ?? '', () => {});
await db.exec('CREATE TABLE rows (n INTEGER PRIMARY KEY)');
const acknowledged: number[] = [];
const troubles = new Set<unknown>();
for (let n = 1; n <= 60; n++) {
  await db
    .transaction((tx) => sql`INSERT INTO rows VALUES (${n})`.execute(tx))
    .then(
      () => acknowledged.push(n),
      (error: unknown) => troubles.add(troubleOf(error)),
    );
}
const { rows } = await sql<{ n: number }>`SELECT n FROM rows`.execute(db.kysely);
process.stdout.write(JSON.stringify({ acknowledged, readable: rows.length, troubles: [...troubles] }));
process.exit(0);
