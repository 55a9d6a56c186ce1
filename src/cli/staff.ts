import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { addStaff } from '../staff/add-staff.ts';
import { SYSTEM } from '../staff/audit.ts';
import { resetFactor } from '../staff/factor/factor.ts';
import { disablePerson, enablePerson, newSetupLink, personByLogin } from '../staff/people/people.ts';
import { isRole, ROLES } from '../staff/permissions.ts';
import { publicUrlOf, secretOf } from '../start.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

const VERBS = ['add', 'disable', 'enable', 'link', 'reset-totp'];

/** `shirase staff …`: what an administrator does in the console, for the day on which none of them can sign in. */
export async function staffCommand([verb = '', ...words]: string[]): Promise<void> {
  if (!VERBS.includes(verb)) throw new UsageError(`staff knows: ${VERBS.join(', ')}.`);
  const { values } = parseArgs({
    args: words,
    options: { login: { type: 'string' }, name: { type: 'string' }, role: { type: 'string' } },
    strict: true,
  });
  if (verb === 'add') return add(values);
  const { login } = values;
  if (!login) throw new UsageError(`staff ${verb} needs --login.`);
  process.stdout.write(`${await withDatabase((db) => change(verb, login, db))}\n`);
}

/** The password never stands on the command line, where others could read it. */
async function add({ login, name, role }: { login?: string; name?: string; role?: string }): Promise<void> {
  if (!login || !name || !role || !isRole(role)) {
    throw new UsageError(`staff add needs --login, --name and --role (${ROLES.join(', ')}).`);
  }
  if (process.stdin.isTTY) process.stderr.write('Password (12 characters or more, then Enter): ');
  const password = await firstLine();
  const member = await withDatabase((db) => addStaff(db, systemClock, SYSTEM, { login, name, role, password }));
  process.stdout.write(`Added ${member.login} (${member.role}).\n`);
}

/** @returns what was done, in a sentence. */
async function change(verb: string, login: string, db: Parameters<Parameters<typeof withDatabase>[0]>[0]) {
  const config = readConfig();
  const ground = { db, clock: systemClock, secret: secretOf(config) };
  const { id } = await personByLogin(db.kysely, login);
  switch (verb) {
    case 'disable':
      await disablePerson(ground, SYSTEM, id);
      return `Disabled ${login}; every session has ended.`;
    case 'enable':
      await enablePerson(ground, SYSTEM, id);
      return `Enabled ${login}.`;
    case 'link':
      return `${publicUrlOf(config)}/console/set-up/${await newSetupLink(ground, SYSTEM, id)}`;
    default:
      return (await resetFactor(ground, SYSTEM, id)) ? `Reset the second step of ${login}.` : `${login} had none.`;
  }
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
