import type { LogEvent } from 'kysely';

/** Counts statements that the database refused or could not answer. A unique constraint that did its work is none. */
export function countFailures(): { log: (event: LogEvent) => void; count: () => number } {
  let failures = 0;
  return {
    log: (event) => {
      if (event.level === 'error' && !isConstraint(event.error)) failures++;
    },
    count: () => failures,
  };
}

function isConstraint(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && (code.startsWith('23') || code.startsWith('SQLITE_CONSTRAINT'));
}
