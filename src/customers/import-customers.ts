import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Database, Tx } from '../db/open.ts';
import { endSessionsOf } from '../http/sessions.ts';
import { type Actor, record } from '../staff/audit.ts';
import { type Clock, DAY, type Instant } from '../time.ts';
import { type Clash, type ImportDiff, importStore, TAKEN } from './import/import-store.ts';
import { type BadRow, HeaderError, readRows } from './import/rows.ts';
import { customerStore } from './store.ts';

export type { ImportDiff } from './import/import-store.ts';
export type { BadRow } from './import/rows.ts';

export interface ImportResult {
  rows: number;
  customers: number;
  mailboxes: number;
}

/** The file was refused as a whole: nothing of it has been taken. */
export class BadImport extends Error {
  /** The first hundred; `count` says how many there were. */
  readonly rows: BadRow[];
  readonly count: number;
  constructor(rows: BadRow[], count: number) {
    super(`${count} rows cannot be imported`);
    this.name = 'BadImport';
    this.rows = rows;
    this.count = count;
  }
}

/** A file that was read and found good; nothing of it counts yet. */
export interface StagedImport extends ImportResult {
  run: string;
  diff: ImportDiff;
  /** When the file before it was taken over; where another came since, what was compared is compared again. */
  after: Instant;
}

const SHOWN = 100;
/** Nine values a row: below the limits of both engines, and a few milliseconds for whoever else wants to write. */
const BATCH = 500;

/**
 * Reads a CSV with the columns `login,password_hash?,display_name?,mailbox,facility,oidc_subject?` (a row for each mailbox, several for a customer
 * with several) into the database beside what counts, batch by batch, and says what it would change. Readers and writers come in
 * between; a million rows need no more memory than a hundred.
 * @throws BadImport naming bad rows by line.
 */
export async function stageImport(
  db: Database,
  clock: Clock,
  file: Readable,
  progress: (rows: number) => void = () => {},
): Promise<StagedImport> {
  const run = randomBytes(8).toString('hex');
  const now = clock.now();
  const bad: BadRow[] = [];
  let badCount = 0;
  await importStore.dropBefore(db.kysely, now - DAY);
  const after = await importStore.lastTaken(db.kysely);
  try {
    let batch: Parameters<typeof importStore.stage>[1] = [];
    let rows = 0;
    const facilities = await customerStore.facilities(db.kysely);
    for await (const read of readRows(file, { run, facilities, now })) {
      rows++;
      if ('bad' in read) {
        badCount++;
        if (bad.length < SHOWN) bad.push(read.bad);
      } else batch.push(read.row);
      if (batch.length === BATCH) {
        await importStore.stage(db.kysely, batch);
        batch = [];
      }
      if (rows % 10_000 === 0) progress(rows);
    }
    await importStore.stage(db.kysely, batch);
    progress(rows);
    const clashes = [
      ...(await importStore.repeated(db.kysely, run)),
      ...(await importStore.foreign(db.kysely, run)),
      ...(await importStore.subjectsOfTwo(db.kysely, run)),
    ];
    const wrong = [...bad, ...clashes.map(clashRow)].sort((a, b) => a.line - b.line);
    if (wrong.length > 0) throw new BadImport(wrong.slice(0, SHOWN), badCount + clashes.length);
    const totals = await importStore.totals(db.kysely, run);
    return { run, rows, after, ...totals, diff: await importStore.diff(db.kysely, run) };
  } catch (error) {
    await importStore.drop(db.kysely, run);
    if (error instanceof HeaderError) throw new BadImport([{ line: 1, ...error.text }], 1);
    throw error;
  }
}

function clashRow({ line, mailbox, subject, first }: Clash): BadRow {
  if (subject !== undefined) {
    const where = { ja: first === null ? '' : `（${first}行目）`, en: first === null ? '' : ` (line ${first})` };
    return {
      line,
      ja: `oidc_subject「${subject}」は別のお客さまのものです${where.ja}。`,
      en: `oidc_subject "${subject}" is another customer's${where.en}.`,
    };
  }
  if (first === null) {
    return {
      line,
      ja: `mailbox「${mailbox}」は別のお客さまのものです。`,
      en: `mailbox "${mailbox}" belongs to another customer.`,
    };
  }
  return {
    line,
    ja: `mailbox「${mailbox}」は${first}行目にもあります。`,
    en: `mailbox "${mailbox}" is also on line ${first}.`,
  };
}

/** How other rooms let go of a customer: his alert addresses, and what is queued for them. Handed in from above. */
export type Forget = (tx: Tx, customerIds: string[]) => Promise<void>;

/**
 * Takes over what was staged: one transaction, as long as what changes and not as what the file holds. What the file no longer has
 * goes only where `forget` is given: such a customer loses everything that he had here.
 */
export async function applyImport(
  db: Database,
  clock: Clock,
  actor: Actor,
  staged: StagedImport,
  options: { forget?: Forget | undefined; invite?: boolean } = {},
): Promise<void> {
  const now = clock.now();
  const { run, rows, customers, mailboxes } = staged;
  const { forget } = options;
  // Read before the transaction, in which nobody else can write.
  const found = forget && (await importStore.gone(db.kysely, run));
  await db.transaction(async (tx) => {
    const overtaken = (await importStore.lastTaken(tx)) !== staged.after;
    if (overtaken) await importStore.forgetSame(tx, run);
    await importStore.takeOver(tx, run, now);
    if (forget && found) await removeGone(tx, overtaken ? await importStore.gone(tx, run) : found, forget);
    if (options.invite) await importStore.invite(tx, run, now);
    const done = { rows, customers, mailboxes, ...staged.diff, removed: options.forget !== undefined };
    await record(tx, now, actor, TAKEN, 'customers', 'customers', undefined, done);
  });
  await importStore.drop(db.kysely, run);
}

async function removeGone(
  tx: Tx,
  { customers, mailboxes }: { customers: string[]; mailboxes: string[] },
  forget: Forget,
): Promise<void> {
  for (const addresses of inPieces(mailboxes)) await importStore.removeMailboxes(tx, addresses);
  for (const ids of inPieces(customers)) {
    await forget(tx, ids);
    for (const id of ids) await endSessionsOf(tx, { audience: 'customer', subject: id });
    await importStore.removeCustomers(tx, ids);
  }
}

function* inPieces(all: string[]): Generator<string[]> {
  for (let from = 0; from < all.length; from += BATCH) yield all.slice(from, from + BATCH);
}

/** Nothing of a file that was only looked at stays. */
export async function dropImport(db: Database, staged: StagedImport): Promise<void> {
  await importStore.drop(db.kysely, staged.run);
}

/** Reads a file and takes over what is new in it, whole or not at all; what it no longer has stays. @throws BadImport */
export async function importCustomers(
  db: Database,
  clock: Clock,
  actor: Actor,
  file: Readable,
  progress: (rows: number) => void = () => {},
): Promise<ImportResult> {
  const staged = await stageImport(db, clock, file, progress);
  await applyImport(db, clock, actor, staged);
  return { rows: staged.rows, customers: staged.customers, mailboxes: staged.mailboxes };
}
