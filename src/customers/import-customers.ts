import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { parse as csv } from 'csv-parse';
import type { Insertable } from 'kysely';
import type { Database, Tx } from '../db/open.ts';
import type { CustomersTable, MailboxesTable } from '../db/tables/customers.ts';
import type { Message } from '../errors.ts';
import { type Actor, record } from '../staff/audit.ts';
import type { Clock, Instant } from '../time.ts';
import { loginKey, mailboxKey } from './customer.ts';
import { customerStore } from './store.ts';

/** A row that cannot be taken, by its line in the file (the header is line 1). */
export interface BadRow extends Message {
  line: number;
}

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

const COLUMNS = ['login', 'password_hash', 'display_name', 'mailbox', 'facility'];
const SHOWN = 100;
const BATCH = 200;

type Row = { login?: string; password_hash?: string; display_name?: string; mailbox?: string; facility?: string };

/**
 * Takes customers from a CSV with the columns `login,password_hash?,display_name?,mailbox,facility`: a row for each mailbox, several
 * for a customer with several. It is read as a stream and taken whole or not at all; a mailbox that exists moves to the facility
 * that the file names. `password_hash` is an encoded argon2 hash.
 * @throws BadImport naming bad rows by line.
 */
export async function importCustomers(
  db: Database,
  clock: Clock,
  actor: Actor,
  file: Readable,
  progress: (rows: number) => void = () => {},
): Promise<ImportResult> {
  const now = clock.now();
  // The file is read before the transaction begins, batch by batch into memory-light tuples: nothing but the database may be
  // awaited inside it.
  const { customers, mailboxes, rows } = await readRows(file, await customerStore.facilities(db.kysely), now, progress);
  return db.transaction(async (tx) => {
    const bad = await store(tx, customers, mailboxes);
    if (bad.length > 0) throw new BadImport(bad.slice(0, SHOWN), bad.length);
    const result = { rows, customers: customers.size, mailboxes: mailboxes.size };
    await record(tx, now, actor, 'customers:import', 'customers', 'customers', undefined, result);
    return result;
  });
}

interface Collected {
  customers: Map<string, Insertable<CustomersTable>>;
  /** By address; `customer_id` still holds the login. */
  mailboxes: Map<string, MailboxesTable & { line: number }>;
  rows: number;
}

async function readRows(
  file: Readable,
  facilities: Set<string>,
  now: Instant,
  progress: (rows: number) => void,
): Promise<Collected> {
  const collected: Collected = { customers: new Map(), mailboxes: new Map(), rows: 0 };
  const bad: BadRow[] = [];
  let badCount = 0;
  const parser = file.pipe(
    csv({ bom: true, columns: header, trim: true, skip_empty_lines: true, info: true, relax_column_count: true }),
  );
  file.on('error', (error) => parser.destroy(error));
  try {
    for await (const { record: row, info } of parser as AsyncIterable<{ record: Row; info: { lines: number } }>) {
      collected.rows++;
      const problem = take(collected, row, info.lines, facilities, now);
      if (problem) {
        badCount++;
        if (bad.length < SHOWN) bad.push({ line: info.lines, ...problem });
      }
      if (collected.rows % 10_000 === 0) progress(collected.rows);
    }
  } catch (error) {
    if (!(error instanceof HeaderError)) throw error;
    throw new BadImport([{ line: 1, ...error.text }], 1);
  }
  if (badCount > 0) throw new BadImport(bad, badCount);
  progress(collected.rows);
  return collected;
}

class HeaderError extends Error {
  readonly text: Message;
  constructor(text: Message) {
    super(text.en);
    this.text = text;
  }
}

function header(names: string[]): string[] {
  const missing = ['login', 'mailbox', 'facility'].filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !COLUMNS.includes(name));
  if (missing.length > 0 || unknown.length > 0) {
    throw new HeaderError({
      ja: `1行目の列名が正しくありません。必要な列: ${COLUMNS.join(',')}${unknown.length > 0 ? `（不明な列: ${unknown.join(',')}）` : ''}`,
      en: `The first line must name the columns ${COLUMNS.join(',')}${unknown.length > 0 ? `; unknown: ${unknown.join(',')}` : ''}`,
    });
  }
  return names;
}

/** Takes a row, or says what is wrong with it. */
function take(
  collected: Collected,
  row: Row,
  line: number,
  facilities: Set<string>,
  now: Instant,
): Message | undefined {
  const login = loginKey(row.login ?? '');
  const address = mailboxKey(row.mailbox ?? '');
  if (login === '' || login.length > 254) return { ja: 'login がありません。', en: 'login is missing.' };
  if (!/^[^\s@,;<>]{1,64}@[^\s@,;<>]{1,253}$/.test(address)) {
    return {
      ja: `mailbox「${address}」がメールアドレスではありません。`,
      en: `mailbox "${address}" is no mail address.`,
    };
  }
  const facility = row.facility ?? '';
  if (!facilities.has(facility)) {
    return { ja: `設備「${facility}」は登録されていません。`, en: `The catalogue has no facility "${facility}".` };
  }
  const hash = row.password_hash ?? '';
  if (hash !== '' && !/^\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/.test(hash)) {
    return { ja: 'password_hash が argon2 の形式ではありません。', en: 'password_hash is no encoded argon2 hash.' };
  }
  const before = collected.mailboxes.get(address);
  if (before)
    return {
      ja: `mailbox「${address}」は${before.line}行目にもあります。`,
      en: `mailbox "${address}" is also on line ${before.line}.`,
    };
  const known = collected.customers.get(login);
  collected.customers.set(login, {
    id: known?.id ?? randomBytes(8).toString('hex'),
    login,
    display_name: row.display_name || known?.display_name || null,
    password_hash: hash || known?.password_hash || null,
    created_at: now,
  });
  collected.mailboxes.set(address, { address, customer_id: login, facility, created_at: now, line });
  return undefined;
}

/** Writes everything; mailboxes that already belong to somebody else are returned as bad rows. */
async function store(
  tx: Tx,
  customers: Map<string, Insertable<CustomersTable>>,
  mailboxes: Map<string, MailboxesTable & { line: number }>,
): Promise<BadRow[]> {
  const ids = new Map<string, string>();
  for (const batch of batches([...customers.values()])) {
    await customerStore.putCustomers(tx, batch);
    const found = await customerStore.idsOf(
      tx,
      batch.map((customer) => customer.login),
    );
    for (const [login, id] of found) ids.set(login, id);
  }
  const bad: BadRow[] = [];
  for (const batch of batches([...mailboxes.values()])) {
    const owners = await customerStore.ownersOf(
      tx,
      batch.map((mailbox) => mailbox.address),
    );
    const rows: MailboxesTable[] = [];
    for (const { line, ...mailbox } of batch) {
      const customer = ids.get(mailbox.customer_id) ?? '';
      const owner = owners.get(mailbox.address);
      if (owner !== undefined && owner !== customer) {
        bad.push({
          line,
          ja: `mailbox「${mailbox.address}」は別のお客さまのものです。`,
          en: `mailbox "${mailbox.address}" belongs to another customer.`,
        });
      } else {
        rows.push({ ...mailbox, customer_id: customer });
      }
    }
    await customerStore.putMailboxes(tx, rows);
  }
  return bad;
}

function* batches<Item>(items: Item[]): Generator<Item[]> {
  for (let i = 0; i < items.length; i += BATCH) yield items.slice(i, i + BATCH);
}
