import BetterSqlite3 from 'better-sqlite3';

/**
 * On SQLite one process sends. It holds an exclusive transaction on a small file of its own for as long as it lives: a second one
 * is refused at once, and a kill frees it at once. Whoever holds it knows that what others claimed was left by the dead.
 * @returns how to let go, or null where somebody else sends.
 */
export function becomeSoleSender(databaseUrl: string): (() => void) | null {
  const file = `${databaseUrl.replace(/^sqlite:/, '')}.courier`;
  const lock = new BetterSqlite3(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return () => lock.close();
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return null;
    throw error;
  }
}
