import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { engine } from '../support/database.ts';
import { freshFolder } from '../support/folder.ts';

const PATIENCE = 1500;
const row = (key: string) => ({ key, name_ja: key, name_en: null, group_name: null, part_of: null, position: 0 });

test.runIf(engine === 'sqlite').each([false, true])(
  'while another process writes for long, reads go on and all who want to write wait together (thread: %s)',
  async (thread) => {
    const file = join(freshFolder(), 'shirase.db');
    const db = openDatabase(`sqlite:${file}`, () => {}, { patience: PATIENCE, thread });
    onTestFinished(() => db.close());
    await migrate(db, join(packageRoot, 'migrations'));
    const other = new BetterSqlite3(file);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    const began = performance.now();
    const took = async (work: Promise<unknown>) => {
      const came = await work.then(
        () => 'done',
        (error: unknown) => (error as { code?: string }).code,
      );
      return { came, after: performance.now() - began };
    };
    const add = (key: string) => db.kysely.insertInto('services').values(row(key)).execute();
    const writes = Array.from({ length: 8 }, (_, n) =>
      took(
        n % 2 === 0
          ? db.transaction((tx) =>
              tx
                .insertInto('services')
                .values(row(`${n}`))
                .execute(),
            )
          : add(`${n}`),
      ),
    );
    const read = await took(db.kysely.selectFrom('services').selectAll().execute());
    expect(read.came).toBe('done');
    expect(read.after).toBeLessThan(PATIENCE);
    for (const write of await Promise.all(writes)) {
      expect(write.came).toBe('SQLITE_BUSY');
      // one after the other they would take eight times as long
      expect(write.after).toBeLessThan(3 * PATIENCE);
    }
    const patient = took(add('patient'));
    other.exec('COMMIT');
    expect((await patient).came).toBe('done');
    expect(await db.kysely.selectFrom('services').select('key').execute()).toEqual([{ key: 'patient' }]);
  },
);
