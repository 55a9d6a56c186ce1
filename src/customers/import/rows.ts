import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { parse as csv } from 'csv-parse';
import type { Insertable } from 'kysely';
import type { CustomerImportRowsTable } from '../../db/tables/customers.ts';
import type { Message } from '../../errors.ts';
import { isKnownHash } from '../../http/legacy-hashes.ts';
import type { Instant } from '../../time.ts';
import { loginKey, mailboxKey } from '../customer.ts';

/** A row that cannot be taken, by its line in the file (the header is line 1). */
export interface BadRow extends Message {
  line: number;
}

const COLUMNS = ['login', 'password_hash', 'display_name', 'mailbox', 'facility'];
/** Who he is at the operator's OpenID Connect provider: for files of operators who have one. */
const SUBJECT = 'oidc_subject';

interface Row {
  login?: string;
  password_hash?: string;
  display_name?: string;
  mailbox?: string;
  facility?: string;
  oidc_subject?: string;
}

/** The first line names no columns of ours. */
export class HeaderError extends Error {
  readonly text: Message;
  constructor(text: Message) {
    super(text.en);
    this.text = text;
  }
}

export type ReadRow = { row: Insertable<CustomerImportRowsTable> } | { bad: BadRow };

/**
 * Reads a file row by row, never more of it than a few kilobytes at a time.
 * @throws HeaderError
 */
export async function* readRows(
  file: Readable,
  to: { run: string; facilities: ReadonlySet<string>; now: Instant },
): AsyncGenerator<ReadRow> {
  const parser = file.pipe(
    csv({ bom: true, columns: header, trim: true, skip_empty_lines: true, info: true, relax_column_count: true }),
  );
  file.on('error', (error) => parser.destroy(error));
  for await (const { record: row, info } of parser as AsyncIterable<{ record: Row; info: { lines: number } }>) {
    const problem = problemOf(row, to.facilities);
    yield problem ? { bad: { line: info.lines, ...problem } } : { row: staged(row, info.lines, to) };
  }
}

function staged(
  row: Row,
  line: number,
  { run, now }: { run: string; now: Instant },
): Insertable<CustomerImportRowsTable> {
  return {
    run,
    line,
    login: loginKey(row.login ?? ''),
    customer_id: randomBytes(8).toString('hex'),
    password_hash: row.password_hash || null,
    display_name: row.display_name || null,
    mailbox: mailboxKey(row.mailbox ?? ''),
    facility: row.facility ?? '',
    created_at: now,
    oidc_subject: row.oidc_subject || null,
  };
}

function header(names: string[]): string[] {
  const missing = ['login', 'mailbox', 'facility'].filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !COLUMNS.includes(name) && name !== SUBJECT);
  if (missing.length > 0 || unknown.length > 0) {
    throw new HeaderError({
      ja: `1行目の列名が正しくありません。必要な列: ${COLUMNS.join(',')}${unknown.length > 0 ? `（不明な列: ${unknown.join(',')}）` : ''}`,
      en: `The first line must name the columns ${COLUMNS.join(',')}${unknown.length > 0 ? `; unknown: ${unknown.join(',')}` : ''}`,
    });
  }
  return names;
}

function problemOf(row: Row, facilities: ReadonlySet<string>): Message | undefined {
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
  if (row.password_hash && !isKnownHash(row.password_hash)) {
    return {
      ja: 'password_hash が argon2、bcrypt、scrypt のいずれの形式でもありません。',
      en: 'password_hash is no encoded argon2, bcrypt or scrypt hash.',
    };
  }
  if (row.oidc_subject && !/^[!-~]{1,255}$/.test(row.oidc_subject)) {
    return {
      ja: 'oidc_subject は255文字以内の英数字・記号で指定してください。',
      en: 'oidc_subject must be at most 255 visible ASCII characters.',
    };
  }
  // PostgreSQL keeps no NUL in text, and no name has one.
  if (Object.values(row).some((value: string) => value.includes('\u0000'))) {
    return { ja: '使えない文字（NUL）が含まれています。', en: 'This row contains a NUL character.' };
  }
  return undefined;
}
