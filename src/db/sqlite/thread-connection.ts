import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { ENDED, type SqliteThread } from './thread.ts';

export const BEGIN = 'BEGIN IMMEDIATE';
const COMMIT = CompiledQuery.raw('COMMIT');
const ROLLBACK = CompiledQuery.raw('ROLLBACK');

/** Does work until the database is free for it; `aside`: others may go first meanwhile. */
type UntilFree = <Result>(work: () => Promise<Result>, options: { aside: boolean }) => Promise<Result>;

let transactions = 0;

/**
 * The writing connection, for one who has it to himself. Nothing waits for BEGIN: what is asked at once goes over to the thread with it, so that
 * a transaction costs as many messages as it has questions after answers. Where the write lock was not free, the thread has done none of it, and
 * it is said again once BEGIN has succeeded.
 */
export class ThreadConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;
  readonly #untilFree: UntilFree;
  #transaction: { number: number; on: number; failures: number; begun: Promise<unknown> } | undefined;

  constructor(thread: SqliteThread, untilFree: UntilFree) {
    this.#thread = thread;
    this.#untilFree = untilFree;
  }

  /** Answered at once; a lock that is never free is thrown by what is asked then. */
  begin(): void {
    const number = ++transactions;
    const on = this.#thread.alive();
    const begun = this.#untilFree(() => this.#thread.execute(BEGIN, [], { of: number, on }), { aside: true });
    begun.catch(() => {});
    this.#transaction = { number, on, failures: 0, begun };
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const transaction = this.#transaction;
    if (!transaction) return this.#untilFree(() => this.#thread.execute<Row>(sql, parameters), { aside: true });
    const { number, on, failures } = transaction;
    const say = () => this.#thread.execute<Row>(sql, parameters, { of: number, on, failures });
    try {
      return await say();
    } catch (error) {
      if ((error as { code?: string }).code !== ENDED) {
        transaction.failures++;
        throw error;
      }
      // Either it has not begun yet, or it has come to its end; then that is said again.
      await transaction.begun;
      return say();
    }
  }

  /**
   * Resolves once it is on the disk, or throws and nothing of it is. Whoever comes next need not wait for that: what he says is heard after it.
   * `said` resolves when he may.
   */
  commit(): { said: Promise<unknown>; done: Promise<unknown> } {
    const done = this.executeQuery(COMMIT);
    done.catch(() => {});
    return { said: this.#transaction?.begun ?? done, done };
  }

  async rollback(): Promise<void> {
    const begun = await this.#transaction?.begun.then(
      () => true,
      () => false,
    );
    // A full or failing disk has rolled back already; the complaint about that would hide the cause.
    if (begun) await this.executeQuery(ROLLBACK).catch(() => {});
  }

  // biome-ignore lint/correctness/useYield: what is on a thread comes all at once
  async *streamQuery(): AsyncGenerator<never> {
    throw new Error('rows of a database on a thread come all at once');
  }
}
