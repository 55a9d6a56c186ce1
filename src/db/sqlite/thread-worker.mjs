// @ts-check
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';

/*
 * The other end of thread.ts: one connection on a thread of its own, which answers what it is asked in order. JavaScript, because a
 * thread is started from a file as it is, from the sources as from what is built.
 */

/** @type {{ file: string, timeout: number, pragmas: string[] }} */
const { file, timeout, pragmas } = workerData;
/** @type {BetterSqlite3.Database | undefined} */
let open;
/** With the names of its columns of bytes. @type {Map<string, { statement: BetterSqlite3.Statement, bytes: string[] }>} */
const statements = new Map();

/** Opened at the first question, so that whoever asks hears what is wrong. */
function connection() {
  if (open) return open;
  const opened = new BetterSqlite3(file, { timeout });
  try {
    for (const pragma of pragmas) opened.pragma(pragma);
  } catch (error) {
    opened.close();
    throw error;
  }
  open = opened;
  return opened;
}

/** @param {string} sql */
function prepared(sql) {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= 500) statements.clear();
  const statement = connection().prepare(sql);
  const columns = statement.reader ? statement.columns() : [];
  const made = {
    statement,
    bytes: columns.flatMap(({ name, type }) => (type?.toUpperCase() === 'BLOB' ? [name] : [])),
  };
  statements.set(sql, made);
  return made;
}

/** @param {{ sql: string, parameters: readonly unknown[] }} question */
function answer({ sql, parameters }) {
  const { statement, bytes } = prepared(sql);
  if (statement.reader) return { rows: statement.all(...parameters), bytes };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], changes, lastInsertRowid };
}

/**
 * The transaction that was begun last, and what failed in it.
 * @type {{ number: number, failures: unknown[] }}
 */
let transaction = { number: 0, failures: [] };

/**
 * Statements come without waiting for each other's answers: what belongs to a transaction is done in it or not at all, and it is committed only
 * where whoever asks for that knows of everything that failed.
 * @param {{ sql: string, parameters: readonly unknown[], within: { of: number, failures?: number } }} question
 */
function answerWithin({ sql, parameters, within }) {
  const question = { sql, parameters };
  if (sql.startsWith('BEGIN')) {
    const begun = answer(question);
    transaction = { number: within.of, failures: [] };
    return begun;
  }
  if (transaction.number !== within.of || !connection().inTransaction) {
    // A full disk rolls back by itself: that is what its transaction failed of, whatever is said after it.
    const [cause] = transaction.number === within.of ? transaction.failures : [];
    throw cause ?? Object.assign(new Error('its transaction is not open'), { code: 'SHIRASE_TRANSACTION_ENDED' });
  }
  const unknown = transaction.failures[within.failures ?? 0];
  try {
    if (sql === 'COMMIT' && unknown !== undefined) throw unknown;
    return answer(question);
  } catch (error) {
    // Whatever a commit fails of, the next transaction need not know.
    if (sql !== 'COMMIT') transaction.failures.push(error);
    else if (connection().inTransaction) connection().exec('ROLLBACK');
    throw error;
  }
}

/**
 * @typedef {{ sql: string, parameters: readonly unknown[], within?: { of: number, failures?: number } }} Statement
 * @param {Statement | { script: string } | { close: true }} question
 */
function reply(question) {
  if ('sql' in question) {
    const { within } = question;
    return within ? answerWithin({ ...question, within }) : answer(question);
  }
  if ('script' in question) connection().exec(question.script);
  else open?.close();
  return { rows: [] };
}

/** @param {Statement | { script: string } | { close: true }} question */
function answerOrError(question) {
  try {
    return reply(question);
  } catch (error) {
    const { message, code } = /** @type {Error & { code?: string }} */ (error);
    return { error: { message, code } };
  }
}

parentPort?.on('message', (/** @type {Parameters<typeof reply>[0][]} */ questions) => {
  parentPort?.postMessage(questions.map(answerOrError));
  if (questions.some((question) => 'close' in question)) parentPort?.close();
});
