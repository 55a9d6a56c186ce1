#!/usr/bin/env node
import { ConfigError } from '../config.ts';
import { Invalid } from '../errors.ts';
import { backupCommand, courierCommand, restoreCommand } from './backup.ts';
import { customerCommand } from './customer.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { migrateCommand } from './migrate.ts';
import { moveCommand } from './move.ts';
import { replayCommand } from './replay.ts';
import { staffCommand } from './staff.ts';
import { UsageError } from './usage.ts';

/** The operator's commands: name, what to type, what it does. Each is short and calls the acts that the pages call. */
const COMMANDS: Record<string, { usage: string; what: string; run: (words: string[]) => Promise<void> }> = {
  migrate: { usage: 'migrate', what: 'bring the database to this version', run: migrateCommand },
  import: {
    usage: 'import catalogue FILE, import customers FILE [--apply] [--remove N] [--invite]',
    what: 'take over services and facilities (JSON) or customers (CSV); where there are customers, show the difference first',
    run: importCommand,
  },
  customer: {
    usage: 'customer show LOGIN, customer remove LOGIN',
    what: 'print all that is kept of one customer, or remove it',
    run: customerCommand,
  },
  staff: {
    usage: 'staff add --login L --name N --role author|publisher|admin, staff disable|enable|link|reset-totp --login L',
    what: 'add a member of staff (the password is read from standard input), end his access, let him set a new password or second step',
    run: staffCommand,
  },
  key: {
    usage: 'key add --name N --scope S [--scope S], key list, key revoke --id ID',
    what: 'make an API key (prints it and nothing else), show which there are, end one',
    run: keyCommand,
  },
  export: {
    usage: 'export DIR',
    what: 'write all public pages as files, for a web server or a CDN',
    run: exportCommand,
  },
  backup: {
    usage: 'backup FILE',
    what: 'copy the SQLite database while the server runs, and check it',
    run: backupCommand,
  },
  restore: {
    usage: 'restore FILE [--force]',
    what: 'put a backup in the place of the SQLite database; no mail goes out until you release it',
    run: restoreCommand,
  },
  move: {
    usage: 'move --to postgres://…',
    what: 'carry the SQLite database over to PostgreSQL, compared row by row; may be started again',
    run: moveCommand,
  },
  courier: {
    usage: 'courier [status] | courier freeze [--reason R] | courier release [--unsent hold|send]',
    what: 'say whether mails go out; stop them on all nodes; let them go on',
    run: courierCommand,
  },
  doctor: {
    usage: 'doctor [--mail ADDRESS] [--dns SERVER] [--json]',
    what: 'look at database, mail, DNS, clock, disk and certificates, and say what to do; sends a test mail where an address is named',
    run: doctorCommand,
  },
  replay: {
    usage: 'replay [--speed 60] [--url URL] [--key KEY]',
    what: 'live 6 March 2014 again on a running server',
    run: replayCommand,
  },
};

async function main(): Promise<void> {
  const [name = '', ...words] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (!command)
    throw new UsageError(name === '' || name === 'help' || name === '--help' ? '' : `There is no command "${name}".`);
  await command.run(words);
}

function help(): string {
  const rows = Object.values(COMMANDS).map(({ usage, what }) => `  shirase ${usage}\n      ${what}`);
  return `Usage:\n${rows.join('\n')}\n`;
}

/** An option that is unknown, or that misses its value (node:util's parseArgs). */
function misspelt(error: unknown): error is Error {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS_');
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message === '' ? '' : `${error.message}\n\n`}${help()}`);
    process.exitCode = error.message === '' ? 0 : 2;
  } else if (error instanceof Invalid) {
    process.stderr.write(`${error.problems.map((problem) => `${problem.field}: ${problem.en}`).join('\n')}\n`);
    process.exitCode = 1;
  } else if (misspelt(error)) {
    process.stderr.write(`${error.message}\n\n${help()}`);
    process.exitCode = 2;
  } else {
    process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).message}\n`);
    process.exitCode = 1;
  }
});
