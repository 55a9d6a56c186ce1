import { createReadStream, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { forgetCustomers } from '../alerts/addresses/forget-customers.ts';
import { importCatalogue } from '../catalogue/import-catalogue.ts';
import { hasCustomers } from '../customers/add-customer.ts';
import {
  applyImport,
  BadImport,
  dropImport,
  resumeImport,
  type StagedImport,
  stageImport,
} from '../customers/import-customers.ts';
import { changeEdition } from '../notices/read.ts';
import { SYSTEM } from '../staff/audit.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `shirase import catalogue FILE` and `shirase import customers FILE`, each whole or not at all. */
export async function importCommand([what, file, ...words]: string[]): Promise<void> {
  if (!file || (what !== 'catalogue' && what !== 'customers')) {
    throw new UsageError('import needs "catalogue" or "customers", and a file.');
  }
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`${file}: there is no such file.`);
  await (what === 'catalogue' ? catalogue(file) : customers(file, words));
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

/**
 * Into an empty database at once. Where customers are there already, the difference is shown first and taken with --apply; those
 * who are not in the file any more go only with --remove and their number, so that half a file removes nobody by mistake.
 */
async function customers(file: string, words: string[]): Promise<void> {
  const { values } = parseArgs({
    args: words,
    options: { apply: { type: 'boolean' }, remove: { type: 'string' }, invite: { type: 'boolean' } },
  });
  try {
    await withDatabase(async (db) => {
      if (await resumeImport({ db, clock: systemClock }, forgetCustomers)) {
        process.stdout.write('An earlier file, whose import was cut off, was taken over to its end first.\n');
      }
      const first = !(await hasCustomers(db));
      const staged = await stageImport(db, systemClock, createReadStream(file), progress);
      process.stdout.write(differenceOf(staged));
      const { goneCustomers: gone } = staged.diff;
      if (values.remove !== undefined && Number(values.remove) !== gone) {
        await dropImport(db, staged);
        throw new Error(`Nothing was changed: --remove must name how many customers go, and these are ${gone}.`);
      }
      if (!first && !values.apply) {
        await dropImport(db, staged);
        process.stdout.write('Nothing was changed. Run it again with --apply to take this over.\n');
        return;
      }
      const forget = values.remove === undefined ? undefined : forgetCustomers;
      await applyImport(db, systemClock, SYSTEM, staged, { forget, invite: values.invite ?? false });
      process.stdout.write(
        `${staged.customers} customers with ${staged.mailboxes} mailboxes from ${staged.rows} rows.\n`,
      );
    });
  } catch (error) {
    if (!(error instanceof BadImport)) throw error;
    const rows = error.rows.map((row) => `  line ${row.line}: ${row.en}`);
    const more = error.count > error.rows.length ? `\n  and ${error.count - error.rows.length} more` : '';
    throw new Error(`Nothing was imported. ${error.count} rows cannot be taken:\n${rows.join('\n')}${more}`);
  }
}

function differenceOf({ diff }: StagedImport): string {
  return [
    `New: ${diff.newCustomers} customers, ${diff.newMailboxes} mailboxes.`,
    `Moved to another facility: ${diff.movedMailboxes} mailboxes.`,
    `Not in the file any more: ${diff.goneCustomers} customers, ${diff.goneMailboxes} mailboxes${diff.goneCustomers + diff.goneMailboxes > 0 ? ` (they stay, unless --remove ${diff.goneCustomers} is given)` : ''}.`,
    '',
  ].join('\n');
}

/** On a terminal one line that changes, elsewhere a line for every hundred thousand rows. */
function progress(rows: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${rows} rows read`);
  else if (rows % 100_000 === 0) process.stderr.write(`${rows} rows read\n`);
}
