import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What each test's database is a copy of: a file's path, or a PostgreSQL database's name. */
    template: string;
    /** What the PostgreSQL databases of this run's tests begin with. */
    run: string;
  }
}

export const POSTGRES = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

/** The same server, another database of it. */
export function postgresNamed(name: string): string {
  const url = new URL(POSTGRES);
  url.pathname = `/${name}`;
  return url.href;
}

/** Migrates once for the whole run; a copy costs a tenth of it. */
export default async function makeTemplate(project: TestProject): Promise<() => Promise<void>> {
  if (project.config.env.TEST_ENGINE !== 'postgres') {
    const folder = mkdtempSync(join(tmpdir(), 'shirase-template-'));
    const file = join(folder, 'shirase.db');
    await migrated(`sqlite:${file}`);
    project.provide('template', file);
    return async () => rmSync(folder, { recursive: true, force: true });
  }
  const name = `shirase_template_${randomBytes(8).toString('hex')}`;
  const admin = openDatabase(POSTGRES, () => {});
  await admin.exec(`CREATE DATABASE ${name}`);
  await admin.close();
  await migrated(postgresNamed(name));
  project.provide('template', name);
  const run = name.replace('template', 'test');
  project.provide('run', run);
  return () => dropAll(name, `${run}\\_%`);
}

async function dropAll(template: string, tests: string): Promise<void> {
  const admin = openDatabase(POSTGRES, () => {});
  try {
    const left = await admin
      .prepare<{ name: string }>('left', 'SELECT datname AS name FROM pg_database WHERE datname LIKE ?')
      .all(tests);
    for (const name of [template, ...left.map((row) => row.name)])
      await admin.exec(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  } finally {
    await admin.close();
  }
}

async function migrated(url: string): Promise<void> {
  const db = openDatabase(url, () => {});
  await migrate(db, join(packageRoot, 'migrations'));
  await db.close();
}
