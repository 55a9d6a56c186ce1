import { parseArgs } from 'node:util';
import { addStaff } from '../staff/add-staff.ts';
import { SYSTEM } from '../staff/audit.ts';
import { isRole, ROLES } from '../staff/permissions.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `shirase staff add`: the password never stands on the command line, where others could read it. */
export async function staffCommand([verb, ...words]: string[]): Promise<void> {
  if (verb !== 'add') throw new UsageError('Only "staff add" is known.');
  const { values } = parseArgs({
    args: words,
    options: { login: { type: 'string' }, name: { type: 'string' }, role: { type: 'string' } },
    strict: true,
  });
  const { login, name, role } = values;
  if (!login || !name || !role || !isRole(role)) {
    throw new UsageError(`staff add needs --login, --name and --role (${ROLES.join(', ')}).`);
  }
  if (process.stdin.isTTY) process.stderr.write('Password (12 characters or more, then Enter): ');
  const password = await firstLine();
  const member = await withDatabase((db) => addStaff(db, systemClock, SYSTEM, { login, name, role, password }));
  process.stdout.write(`Added ${member.login} (${member.role}).\n`);
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  process.stdin.destroy();
  return text.split(/\r?\n/)[0] ?? '';
}
