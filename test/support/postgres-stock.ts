import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { openDatabase } from '../../src/db/open.ts';
import { POSTGRES } from './template.ts';

/** One connection for each worker: it lives until the worker ends, and keeps no worker alive. */
const admin = openDatabase(POSTGRES, () => {});

/** The next test's copy, made while this test runs. */
let ahead: Promise<string> | undefined;

/** A PostgreSQL database's name; a copy of the template where one is given. Named after the run, so that its end finds what is left. */
export async function newPostgresDatabase(template?: string): Promise<string> {
  if (!template) return made();
  const name = ahead ?? made(template);
  ahead = made(template);
  ahead.catch(() => {});
  return name;
}

async function made(template?: string): Promise<string> {
  const name = `${inject('run')}_${randomBytes(8).toString('hex')}`;
  await admin.exec(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
  return name;
}

/** Dropping waits for a checkpoint: no test waits for it, and the end of the run drops what was not reached. */
export function dropSoon(name: string): void {
  admin.exec(`DROP DATABASE ${name} WITH (FORCE)`).catch(() => {});
}
