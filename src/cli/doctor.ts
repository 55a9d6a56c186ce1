import { Resolver } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseEmailAddress } from '../alerts/addresses/email-address.ts';
import { type Config, readConfig } from '../config.ts';
import { openDatabase, type Warn } from '../db/open.ts';
import { redact } from '../http/redact.ts';
import { readSettings, SETTING_DEFAULTS } from '../staff/settings.ts';
import { SECOND, systemClock } from '../time.ts';
import { examineCertificates } from './doctor/certificates.ts';
import { examineClock } from './doctor/clock.ts';
import { examineDatabase } from './doctor/database.ts';
import { examineDns } from './doctor/dns.ts';
import { type Finding, fail, type Patient, reasonOf } from './doctor/finding.ts';
import { examineDisk, examineLimits } from './doctor/machine.ts';
import { examineProviders } from './doctor/provider.ts';
import { examineSmtp } from './doctor/smtp.ts';
import { UsageError } from './usage.ts';

const CHECKS: Record<string, (patient: Patient) => Promise<Finding[]>> = {
  database: examineDatabase,
  mail: examineSmtp,
  dns: examineDns,
  clock: examineClock,
  disk: examineDisk,
  limits: examineLimits,
  certificates: examineCertificates,
  providers: examineProviders,
};

/** `shirase doctor`: looks at all that this installation needs and changes nothing; ends with 1 where something fails. */
export async function doctorCommand(words: string[]): Promise<void> {
  const { values } = parseArgs({
    args: words,
    options: { mail: { type: 'string' }, dns: { type: 'string' }, json: { type: 'boolean', default: false } },
    strict: true,
  });
  const patient = await patientOf(values.mail, values.dns);
  const found: ({ check: string } & Finding)[] = [];
  try {
    for (const [check, examine] of Object.entries(CHECKS)) {
      if (!values.json) say(`${check}\n`);
      const some = await examine(patient).catch((error: unknown) => [fail(reasonOf(error), 'Run it again.')]);
      if (!values.json) for (const one of some) say(line(one));
      found.push(...some.map((one) => ({ check, ...one })));
    }
  } finally {
    await patient.db?.close();
  }
  const count = (level: Finding['level']) => found.filter((one) => one.level === level).length;
  const healthy = count('fail') === 0;
  if (values.json) say(`${JSON.stringify({ healthy, findings: found }, null, 2)}\n`);
  else say(`\n${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed\n`);
  if (!healthy) process.exitCode = 1;
}

const say = (text: string) => void process.stdout.write(text);

function line({ level, what, next }: Finding): string {
  return `  ${level.padEnd(4)}  ${what}\n${next === undefined ? '' : `        → ${next}\n`}`;
}

async function patientOf(mail: string | undefined, dns: string | undefined): Promise<Patient> {
  const config = readConfig();
  const mailTo = mail === undefined ? undefined : parseEmailAddress(mail)?.email;
  if (mail !== undefined && mailTo === undefined) throw new UsageError(`--mail: ${mail} is no mail address.`);
  const resolver = new Resolver({ timeout: 2 * SECOND, tries: 2 });
  try {
    if (dns !== undefined) resolver.setServers([dns]);
  } catch {
    throw new UsageError(`--dns: ${dns} is no address of a server (192.0.2.1, or 192.0.2.1:53).`);
  }
  const { db, trouble } = opened(config);
  const settings = db ? await readSettings(db.kysely).catch(() => SETTING_DEFAULTS) : SETTING_DEFAULTS;
  return { config, clock: systemClock, db, trouble, settings, resolver, mailTo };
}

/** Without making one: a SQLite file that is not there yet is none. */
function opened(config: Config): Pick<Patient, 'db' | 'trouble'> {
  const { databaseUrl } = config;
  if (databaseUrl.startsWith('sqlite:') && !existsSync(databaseUrl.slice('sqlite:'.length)))
    return { db: undefined, trouble: undefined };
  try {
    const warn: Warn = (error, message) => process.stderr.write(redact(`${message}: ${String(error)}\n`));
    return { db: openDatabase(databaseUrl, warn), trouble: undefined };
  } catch (error) {
    return { db: undefined, trouble: error };
  }
}
