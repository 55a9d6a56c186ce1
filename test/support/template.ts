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
  await asAdmin(`CREATE DATABASE ${name}`);
  await migrated(postgresNamed(name));
  project.provide('template', name);
  return () => asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
}

async function migrated(url: string): Promise<void> {
  const db = openDatabase(url, () => {});
  await migrate(db, join(packageRoot, 'migrations'));
  await db.close();
}

export async function asAdmin(statement: string): Promise<void> {
  const admin = openDatabase(POSTGRES, () => {});
  try {
    await admin.exec(statement);
  } finally {
    await admin.close();
  }
}
