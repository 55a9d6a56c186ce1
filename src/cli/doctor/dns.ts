import type { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { compareDkim, dkimRecord } from './dkim-record.ts';
import { type Finding, fail, ok, type Patient, reasonOf, warn } from './finding.ts';

/** What receivers look up before they take our mail. */
export async function examineDns(patient: Patient): Promise<Finding[]> {
  const { config, resolver } = patient;
  const domain = config.mailFrom.slice(config.mailFrom.lastIndexOf('@') + 1).toLowerCase();
  if (domain === 'localhost.localdomain') {
    const next = 'Set MAIL_FROM to an address of a domain whose DNS is yours.';
    return [config.production ? fail('MAIL_FROM is not set', next) : warn('MAIL_FROM is not set', next)];
  }
  const steps: (() => Promise<Finding | Finding[]>)[] = [
    () => reachable(resolver, domain),
    () => spf(resolver, domain),
    ...(config.mailBounceDomain === undefined ? [] : [() => spf(resolver, config.mailBounceDomain ?? '')]),
    () => dkim(patient, domain),
    () => dmarc(resolver, domain),
    () => bounces(patient),
    () => reverse(patient),
  ];
  const found: Finding[] = [];
  for (const step of steps) {
    try {
      found.push(...[await step()].flat());
    } catch (error) {
      return [
        ...found,
        fail(
          `the DNS does not answer: ${reasonOf(error)}`,
          'Look at /etc/resolv.conf, or name a server: --dns ADDRESS',
        ),
      ];
    }
  }
  return found;
}

/** Nothing of this kind, or no such name, is an answer; silence is not. */
async function asked<T>(question: Promise<T[]>): Promise<T[]> {
  try {
    return await question;
  } catch (error) {
    if (['ENODATA', 'ENOTFOUND'].includes((error as { code?: string }).code ?? '')) return [];
    throw error;
  }
}

async function texts(resolver: Resolver, name: string, begins: RegExp): Promise<string[]> {
  const records = await asked(resolver.resolveTxt(name));
  return records.map((parts) => parts.join('')).filter((text) => begins.test(text));
}

/** docomo refuses mail from a domain that has neither A nor MX. */
async function reachable(resolver: Resolver, domain: string): Promise<Finding> {
  const mx = await asked(resolver.resolveMx(domain));
  const a = mx.length > 0 ? [] : await asked(resolver.resolve4(domain));
  return mx.length + a.length > 0
    ? ok(`${domain} takes mail`)
    : fail(`${domain} has neither MX nor A`, `Add an MX record for ${domain}; some carriers refuse mail without it.`);
}

async function spf(resolver: Resolver, domain: string): Promise<Finding> {
  const records = await texts(resolver, domain, /^v=spf1( |$)/i);
  const [record = ''] = records;
  const add = 'v=spf1 ip4:ADDRESS-OF-THE-RELAY -all';
  if (records.length === 0) return fail(`${domain} has no SPF record`, `Add TXT ${domain} "${add}"`);
  if (records.length > 1)
    return fail(`${domain} has ${records.length} SPF records, which counts as an error`, 'Join them into one.');
  if (/(^| )\+?all( |$)/i.test(record))
    return fail(`SPF of ${domain} lets everybody send: ${record}`, 'End it with -all');
  if (!/ ([-~]all|redirect=\S+)( |$)/i.test(record))
    return warn(`SPF of ${domain} refuses nobody: ${record}`, 'End it with -all');
  return ok(`SPF of ${domain}: ${record} (must name the relay's addresses)`);
}

async function dkim({ config, resolver }: Patient, from: string): Promise<Finding[]> {
  if (config.dkim.length === 0)
    return [
      warn(
        'mails are not signed here',
        'Let the relay sign them with DKIM, List-Unsubscribe-Post included, or set DKIM_RSA_KEY_FILE.',
      ),
    ];
  return Promise.all(
    config.dkim.map(async ({ domain, selector, key }) => {
      const name = `${selector}._domainkey.${domain}`;
      const [record, ...more] = await texts(resolver, name, /(^|;)\s*p\s*=/i);
      const publish = `Set TXT ${name} "${dkimRecord(key)}"`;
      if (record === undefined) return fail(`${name} has no DKIM record`, publish);
      const verdict = more.length > 0 ? 'unreadable' : compareDkim(record, key);
      if (verdict === 'testing') return warn(`${name} says t=y: signatures are ignored`, 'Take t=y out of the record.');
      if (verdict !== 'same') return fail(`${name}: ${verdict}`, publish);
      if (!aligned(domain, from))
        return warn(
          `DKIM signs for ${domain}, which DMARC does not take for ${from}`,
          'Sign with DKIM_DOMAIN of MAIL_FROM.',
        );
      const bits = key.asymmetricKeyDetails?.modulusLength;
      if (bits !== undefined && bits < 2048) return warn(`${name}: only ${bits} bits`, 'Make a key of 2048 bits.');
      return ok(`${name} is our key`);
    }),
  );
}

/** DMARC's relaxed alignment, where one is the other or lies in it. */
function aligned(domain: string, from: string): boolean {
  return domain === from || from.endsWith(`.${domain}`) || domain.endsWith(`.${from}`);
}

/** Asked of the domain itself, then of those above it (RFC 9989). */
async function dmarc(resolver: Resolver, domain: string): Promise<Finding> {
  const labels = domain.split('.');
  for (let at = 0; at < labels.length - 1; at++) {
    const name = labels.slice(at).join('.');
    const [record] = await texts(resolver, `_dmarc.${name}`, /^v=DMARC1/i);
    if (record === undefined) continue;
    return /;\s*p\s*=\s*none/i.test(record)
      ? warn(`DMARC of ${name} only looks: ${record}`, 'Once its reports are good: p=quarantine, then p=reject.')
      : ok(`DMARC of ${name}: ${record}`);
  }
  return fail(`${domain} has no DMARC record`, `Add TXT _dmarc.${domain} "v=DMARC1; p=quarantine; rua=mailto:…"`);
}

async function bounces({ config, resolver }: Patient): Promise<Finding[]> {
  const domain = config.mailBounceDomain;
  if (domain === undefined) return [ok('mails that come back go to MAIL_FROM (MAIL_BOUNCE_DOMAIN is not set)')];
  const mx = await asked(resolver.resolveMx(domain));
  const found =
    mx.length === 0
      ? [fail(`${domain} has no MX record`, 'Add one that names the server which hands mail to BOUNCE_LISTEN.')]
      : [ok(`mail for ${domain} goes to ${mx.map((one) => one.exchange).join(', ')}`)];
  if (config.bounceListen === undefined && config.bounceMailbox === undefined)
    found.push(
      warn('nobody takes in what comes back', 'Set BOUNCE_LISTEN or BOUNCE_MAILBOX, or post it to /api/v1/bounces.'),
    );
  return found;
}

/** Whether the relay has the name that it gives itself. Where it stands inside, only its operator can know. */
async function reverse({ config, resolver }: Patient): Promise<Finding[]> {
  if (config.smtpUrl === undefined) return [];
  const host = new URL(config.smtpUrl).hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await asked(resolver.resolve4(host));
  const names = (await Promise.all(addresses.map((one) => asked(resolver.reverse(one))))).flat();
  if (names.length > 0)
    return [ok(`${host} is ${names.join(', ')} by PTR; the address from which it sends needs one, too`)];
  return [
    ok(
      `${host} has no PTR record here: make sure that the address from which it sends has one, and that the name leads back`,
    ),
  ];
}
