import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Database } from '../db/open.ts';
import { type Actor, record } from '../staff/audit.ts';
import { type Clock, DAY, type Instant, MINUTE, SECOND } from '../time.ts';
import { type Clash, type ImportDiff, importStore, TAKEN } from './import/import-store.ts';
import { type BadRow, HeaderError, readRows } from './import/rows.ts';
import { dropRows, type Forget, takeOverDecided } from './import/take-over.ts';
import { customerStore } from './store.ts';

export type { ImportDiff } from './import/import-store.ts';
export type { BadRow } from './import/rows.ts';
export type { Forget } from './import/take-over.ts';

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

/** Another file is being taken over: what is read meanwhile would be held against half of it. */
export class ImportUnderWay extends Error {
  constructor() {
    super('Nothing was changed: another file is being taken over. Please run this again when that is done.');
    this.name = 'ImportUnderWay';
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
 * @throws BadImport naming bad rows by line. @throws ImportUnderWay
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
  if (await importStore.decision(db.kysely)) throw new ImportUnderWay();
  for (const left of await importStore.leftBefore(db.kysely, now - DAY)) await dropRows(db, left);
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
    await dropRows(db, run);
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

/**
 * Takes over what was staged. It is decided in one transaction; from then on nothing of it is lost: the customers follow, each whole, a few
 * hundred at a time, so that nobody who wants to write waits for a million. Where this process dies meanwhile, another
 * goes on.
 * What the file no longer has goes only where `forget` is given: such a customer loses everything that he had here.
 * @throws ImportUnderWay
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
  const removes = options.forget !== undefined;
  const decided = await db.transaction(async (tx) => {
    const overtaken = (await importStore.lastTaken(tx)) !== staged.after;
    const invites = options.invite ?? false;
    const decision = await importStore.decide(tx, {
      ...{ run, decided_at: now, worked_at: now, reached: '' },
      everyone: overtaken || invites ? 1 : 0,
      removes: removes ? 1 : 0,
      invites: invites ? 1 : 0,
    });
    const done = { rows, customers, mailboxes, ...staged.diff, removed: removes };
    if (decision) await record(tx, now, actor, TAKEN, 'customers', 'customers', undefined, done);
    return decision;
  });
  if (!decided) {
    await dropRows(db, run);
    throw new ImportUnderWay();
  }
  try {
    await takeOverDecided({ db, clock }, decided, options.forget);
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(`The file is decided on, and the server goes on with it; here it broke off: ${why}`, {
      cause: error,
    });
  }
}

/** Goes on with an import that was cut off, to its end. @returns whether there was one. */
export async function resumeImport(ground: { db: Database; clock: Clock }, forget: Forget): Promise<boolean> {
  const open = await importStore.decision(ground.db.kysely);
  return open !== undefined && takeOverDecided(ground, open, forget);
}

/** Long enough that whoever was at it is not at it any more: each piece takes a moment. */
const LEFT_ALONE = MINUTE;

/** A server that is told to stop waits for its chores. */
const AT_A_TIME = 3 * SECOND;

/** The chore that goes on with an import that was cut off, a few seconds a time. Safe on several nodes at once. */
export function resumingImports(ground: { db: Database; clock: Clock }, forget: Forget): () => Promise<void> {
  const { db, clock } = ground;
  let own: string | undefined;
  return async () => {
    const until = performance.now() + AT_A_TIME;
    const open = await importStore.decision(db.kysely);
    if (open && (open.run === own || clock.now() - open.worked_at >= LEFT_ALONE)) {
      own = open.run;
      await takeOverDecided(ground, open, forget, until);
    } else if (!open && own !== undefined && (await dropRows(db, own, until))) own = undefined;
  };
}

/** Nothing of a file that was only looked at stays. */
export async function dropImport(db: Database, staged: StagedImport): Promise<void> {
  await dropRows(db, staged.run);
}

/** Reads a file and takes over what is new in it, whole or not at all; what it no longer has stays. @throws BadImport, ImportUnderWay */
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
