import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/db/open.ts';
import { programOf } from '../support/child.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';

/** RELIABILITY R4: what the kernel answers is changed by strace. */
const FAULTS: Record<string, string> = {
  'a sync that fails once': 'fsync,fdatasync:error=EIO:when=20',
  'syncs that fail from then on': 'fsync,fdatasync:error=EIO:when=20+',
  'a write that fails once': 'pwrite64:error=EIO:when=60',
  'writes for which there is no room': 'pwrite64:error=ENOSPC:when=60+3',
};

test.runIf(engine === 'sqlite' && existsSync('/usr/bin/strace')).each(Object.entries(FAULTS))(
  '%s: what was acknowledged is there, what failed is told, the process lives and reads',
  async (_what, fault) => {
    const url = await emptyDatabaseUrl();
    const traced = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync,pwrite64', '-e', `inject=${fault}`];
    const child = [process.execPath, programOf('test/drills/bad-disk-child.ts'), url];
    const { stdout } = await promisify(execFile)('strace', [...traced, ...child]);
    const told = JSON.parse(stdout) as { acknowledged: number[]; readable: number; troubles: string[] };
    expect(told.acknowledged.length).toBeLessThan(60);
    expect(told.readable).toBe(told.acknowledged.length);
    expect(told.troubles).toEqual([fault.includes('ENOSPC') ? 'full' : 'failing']);
    const db = openDatabase(url, () => {});
    onTestFinished(() => db.close());
    await db.inspect();
    const { rows } = await sql<{ n: number }>`SELECT n FROM rows`.execute(db.kysely);
    expect(rows.map(({ n }) => n)).toEqual(expect.arrayContaining(told.acknowledged));
  },
);
