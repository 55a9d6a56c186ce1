import { createReadStream, readFileSync, statSync } from 'node:fs';
import { importCatalogue } from '../catalogue/import-catalogue.ts';
import { BadImport, importCustomers } from '../customers/import-customers.ts';
import { changeEdition } from '../notices/read.ts';
import { SYSTEM } from '../staff/audit.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `shirase import catalogue FILE` and `shirase import customers FILE`, each whole or not at all. */
export async function importCommand([what, file]: string[]): Promise<void> {
  if (!file || (what !== 'catalogue' && what !== 'customers')) {
    throw new UsageError('import needs "catalogue" or "customers", and a file.');
  }
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`${file}: there is no such file.`);
  await (what === 'catalogue' ? catalogue(file) : customers(file));
}

async function catalogue(file: string): Promise<void> {
  const input = parseJson(file);
  const loaded = await withDatabase((db) =>
    importCatalogue({ db, clock: systemClock, changed: (tx) => changeEdition(tx, systemClock.now()) }, SYSTEM, input),
  );
  process.stdout.write(`${loaded.services.length} services, ${loaded.facilities.length} facilities.\n`);
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}`);
  }
}

async function customers(file: string): Promise<void> {
  try {
    const result = await withDatabase((db) =>
      importCustomers(db, systemClock, SYSTEM, createReadStream(file), progress),
    );
    process.stdout.write(
      `${result.customers} customers with ${result.mailboxes} mailboxes from ${result.rows} rows.\n`,
    );
  } catch (error) {
    if (!(error instanceof BadImport)) throw error;
    const rows = error.rows.map((row) => `  line ${row.line}: ${row.en}`);
    const more = error.count > error.rows.length ? `\n  and ${error.count - error.rows.length} more` : '';
    throw new Error(`Nothing was imported. ${error.count} rows cannot be taken:\n${rows.join('\n')}${more}`);
  }
}

/** On a terminal one line that changes, elsewhere a line for every hundred thousand rows. */
function progress(rows: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${rows} rows read`);
  else if (rows % 100_000 === 0) process.stderr.write(`${rows} rows read\n`);
}
