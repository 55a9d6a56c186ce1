import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Brand, readBrand } from './brand/brand.ts';

/** The installed package: templates, migrations, public and example stand beside src (or dist). */
export const packageRoot = fileURLToPath(new URL('..', import.meta.url));

export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`Shirase cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const upToThree = z.coerce.number().int().min(1).max(3).default(3);
const colour = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #0017c1')
  .toLowerCase()
  .optional();
const address = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/;

/** Each option with its default, unit and reason. Names are fixed by the contract; README lists the same. */
const environment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  /** Where monitoring reads /metrics: a listener of its own, on the machine itself unless said otherwise. 0 lets the system choose. */
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  /** What links in mails and feeds begin with. Never taken from a request. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: z
    .string()
    .regex(/^(postgres(ql)?:\/\/|sqlite:)/, 'must begin with postgres:// or sqlite:')
    .optional(),
  /** A replica for the lookup; the primary answers where it does not. */
  DATABASE_READ_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  MAIL_FROM: z.string().regex(address, 'must be one mail address').default('shirase@localhost.localdomain'),
  /** Outside production: addresses or domains, separated by commas, that may get real mail; * for all. */
  MAIL_ALLOWLIST: z.string().default(''),
  SHIRASE_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** The one before: what it signed is believed as long as it stands here. */
  SHIRASE_SECRET_PREVIOUS: z.string().min(32, 'must have at least 32 characters').optional(),
  SHIRASE_ROLE: z.enum(['web', 'courier', 'all']).default('all'),
  /** Each edition is also written there as files, for a web server that needs nothing of us (docs/nginx.conf). */
  SHIRASE_EXPORT_DIR: z.string().optional(),
  /** Is told after each publication which pages are old: a CDN's interface, or a few lines before it. */
  CDN_PURGE_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => new URL(url).username === '', 'must carry no password; use CDN_PURGE_TOKEN')
    .optional(),
  CDN_PURGE_TOKEN: z.string().optional(),
  /** What the operator calls himself on every page and in every mail. */
  OPERATOR_NAME: z.string().min(1).max(60).optional(),
  OPERATOR_NAME_EN: z.string().min(1).max(60).optional(),
  /** A PNG, SVG, JPEG or WebP file that stands for his name; the second one where it is dark. */
  OPERATOR_LOGO: z.string().optional(),
  OPERATOR_LOGO_DARK: z.string().optional(),
  /** Links and buttons. Must be readable; the one for the dark is derived where it is not set. */
  OPERATOR_COLOUR: colour,
  OPERATOR_COLOUR_DARK: colour,
  /** Whom to tell of a weak place: stands in /.well-known/security.txt, which is missing without it. */
  SECURITY_CONTACT: z
    .string()
    .refine(isContact, 'must be a mail address, or begin with mailto:, https:// or tel:')
    .transform((text) => (address.test(text) && !text.includes(':') ? `mailto:${text}` : text))
    .optional(),
  /** Customers may sign in at the operator's own OpenID Connect provider: its issuer, as its discovery document spells it. */
  OIDC_CUSTOMER_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_CUSTOMER_CLIENT_ID: z.string().optional(),
  OIDC_CUSTOMER_CLIENT_SECRET: z.string().optional(),
  /** What the button calls it. */
  OIDC_CUSTOMER_LABEL: z.string().min(1).max(40).default('OpenID Connect'),
  /** How an account that is bound to nobody there yet is found: not at all, or by a mail address that the provider has verified. */
  OIDC_CUSTOMER_MATCH: z.enum(['subject', 'email']).default('subject'),
  /** The same for staff, who are known by what an administrator entered, and by nothing else. */
  OIDC_STAFF_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_STAFF_CLIENT_ID: z.string().optional(),
  OIDC_STAFF_CLIENT_SECRET: z.string().optional(),
  OIDC_STAFF_LABEL: z.string().min(1).max(40).default('OpenID Connect'),
  TIME_ZONE: z.string().refine(isTimeZone, 'must be an IANA time zone such as Asia/Tokyo').default('Asia/Tokyo'),
  /** What the Statuspage API calls planned work and nothing worse: some clients know four indicators only. */
  STATUSPAGE_MAINTENANCE: z.enum(['none', 'maintenance']).default('none'),
  /** Mails on one notice to one address, and addresses of one customer: both only go down. */
  ALERTS_PER_NOTICE: upToThree,
  ADDRESSES_PER_CUSTOMER: upToThree,
  /** How many proxies in front may say who the client is. */
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  /**
   * Alerts a second; paces the readers who follow the links, too. 5,000 brings a million out in four minutes, if relay, receivers and
   * what the links lead to bear it.
   */
  MAIL_PER_SECOND: z.coerce.number().int().min(1).max(10_000).default(50),
  /** Alerts at once; two more connections are kept for what is urgent. A process that is killed has at most so many in doubt. */
  MAIL_CONNECTIONS: z.coerce.number().int().min(1).max(200).default(10),
  /** What receiving domains want, before the built-in table: gmail.com=5, docomo.ne.jp=2/10 (at once, and a second). */
  MAIL_DOMAIN_LANES: z
    .string()
    .regex(
      /^\s*((\*\.)?[\w.-]+=[1-9]\d{0,2}(\/[1-9]\d{0,3})?\s*(,\s*|$))*$/,
      'must look like gmail.com=5, docomo.ne.jp=2/10',
    )
    .default(''),
  /** Each alert gets a return path of its own there, so that what comes back counts. */
  MAIL_BOUNCE_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, 'must be a domain')
    .optional(),
  /** Where mails that come back are taken in; needs MAIL_BOUNCE_DOMAIN. */
  BOUNCE_LISTEN: z
    .string()
    .regex(/^(lmtp|smtp):\/\/[^/:\s]+:\d+$/, 'must look like lmtp://127.0.0.1:2424')
    .optional(),
  /** A Maildir or an mbox file with mails that come back. */
  BOUNCE_MAILBOX: z.string().optional(),
  /** An address of ours whose mail is delivered to where mails come back: each mailed publication proves there that it arrives. */
  MAIL_CANARY: z
    .string()
    .regex(/^[\w.+-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i, 'must be one mail address')
    .optional(),
  /** Signs mails here, where the relay does not: PEM keys, best from a file. */
  DKIM_DOMAIN: z.string().optional(),
  DKIM_RSA_SELECTOR: z.string().optional(),
  DKIM_RSA_KEY: z.string().refine(isKey('rsa'), 'must be a private RSA key in PEM').optional(),
  DKIM_ED25519_SELECTOR: z.string().optional(),
  DKIM_ED25519_KEY: z.string().refine(isKey('ed25519'), 'must be a private Ed25519 key in PEM').optional(),
  /** The example operator is loaded into an empty database outside production; false leaves it empty. */
  EXAMPLE: flag.default(true),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

/** What a provider knows us as. */
export interface OidcClient {
  issuer: string;
  clientId: string;
  clientSecret: string;
  label: string;
}

export interface Config {
  production: boolean;
  host: string;
  port: number;
  metrics: { host: string; port: number; insisted: boolean };
  /** Without a slash at its end. Undefined until the server knows its port. */
  publicUrl: string | undefined;
  dataDir: string;
  databaseUrl: string;
  databaseReadUrl: string | undefined;
  smtpUrl: string | undefined;
  mailFrom: string;
  mailAllowlist: string[];
  secret: string | undefined;
  secretPrevious: string | undefined;
  role: 'web' | 'courier' | 'all';
  operatorName: { ja: string; en: string };
  brand: Brand;
  oidcCustomers: (OidcClient & { match: 'subject' | 'email' }) | undefined;
  oidcStaff: OidcClient | undefined;
  /** A URI. */
  securityContact: string | undefined;
  timeZone: string;
  statuspageMaintenance: 'none' | 'maintenance';
  exportDir: string | undefined;
  cdnPurgeUrl: string | undefined;
  cdnPurgeToken: string | undefined;
  alertsPerNotice: number;
  addressesPerCustomer: number;
  trustProxy: number;
  mailPerSecond: number;
  mailConnections: number;
  mailDomainLanes: string;
  mailBounceDomain: string | undefined;
  bounceListen: string | undefined;
  bounceMailbox: string | undefined;
  mailCanary: string | undefined;
  dkim: { domain: string; selector: string; key: KeyObject }[];
  example: boolean;
  logLevel: string;
}

/** @throws ConfigError naming every wrong option at once. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const given = withFiles(env, problems);
  const production = given.NODE_ENV === 'production';
  if (production && !given.PUBLIC_URL)
    problems.push('PUBLIC_URL: must be set in production; links in mails begin with it');
  if (production && !given.SHIRASE_SECRET && !env.SHIRASE_SECRET_FILE) {
    problems.push('SHIRASE_SECRET (or SHIRASE_SECRET_FILE): must be set in production; every node needs the same');
  }
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError([
      ...problems,
      ...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ]);
  }
  const e = parsed.data;
  if (e.MAIL_CANARY !== undefined && e.MAIL_BOUNCE_DOMAIN === undefined)
    problems.push('MAIL_CANARY: needs MAIL_BOUNCE_DOMAIN, for it is looked for where mails come back');
  const brand = readBrand(e, problems);
  const oidcCustomers = oidcClient(e, 'CUSTOMER', production, problems);
  const oidcStaff = oidcClient(e, 'STAFF', production, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    production,
    host: e.HOST,
    port: e.PORT,
    metrics: {
      host: e.METRICS_HOST,
      port: e.METRICS_PORT ?? (e.PORT === 0 ? 0 : 9464),
      insisted: e.METRICS_PORT !== undefined,
    },
    publicUrl: e.PUBLIC_URL?.replace(/\/+$/, ''),
    dataDir: e.DATA_DIR,
    databaseUrl: e.DATABASE_URL ?? `sqlite:${join(e.DATA_DIR, 'shirase.db')}`,
    databaseReadUrl: e.DATABASE_READ_URL,
    smtpUrl: e.SMTP_URL,
    mailFrom: e.MAIL_FROM,
    mailAllowlist: e.MAIL_ALLOWLIST.split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ''),
    secret: e.SHIRASE_SECRET,
    secretPrevious: e.SHIRASE_SECRET_PREVIOUS,
    role: e.SHIRASE_ROLE,
    operatorName: operatorName(e.OPERATOR_NAME, e.OPERATOR_NAME_EN, production),
    brand,
    oidcCustomers: oidcCustomers && { ...oidcCustomers, match: e.OIDC_CUSTOMER_MATCH },
    oidcStaff,
    securityContact: e.SECURITY_CONTACT,
    timeZone: e.TIME_ZONE,
    statuspageMaintenance: e.STATUSPAGE_MAINTENANCE,
    exportDir: e.SHIRASE_EXPORT_DIR,
    cdnPurgeUrl: e.CDN_PURGE_URL,
    cdnPurgeToken: e.CDN_PURGE_TOKEN,
    alertsPerNotice: e.ALERTS_PER_NOTICE,
    addressesPerCustomer: e.ADDRESSES_PER_CUSTOMER,
    trustProxy: e.TRUST_PROXY,
    mailPerSecond: e.MAIL_PER_SECOND,
    mailConnections: e.MAIL_CONNECTIONS,
    mailDomainLanes: e.MAIL_DOMAIN_LANES,
    mailBounceDomain: e.MAIL_BOUNCE_DOMAIN,
    bounceListen: e.BOUNCE_LISTEN,
    bounceMailbox: e.BOUNCE_MAILBOX,
    mailCanary: e.MAIL_CANARY,
    dkim: dkimKeys(e),
    example: e.EXAMPLE,
    logLevel: e.LOG_LEVEL,
  };
}

/** Any option may stand in a file that `NAME_FILE` names, as secrets do where they are mounted. What is set empty is not set. */
function withFiles(env: NodeJS.ProcessEnv, problems: string[]): Record<string, string | undefined> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  for (const name of Object.keys(environment.shape)) {
    const file = given[`${name}_FILE`];
    if (file === undefined || given[name] !== undefined) continue;
    try {
      given[name] = readFileSync(file, 'utf8').trim();
    } catch {
      problems.push(`${name}_FILE: ${file} cannot be read`);
    }
  }
  return given;
}

/** Outside production the example operator; one name alone serves both languages. */
function operatorName(ja: string | undefined, en: string | undefined, production: boolean): { ja: string; en: string } {
  const fallback = production
    ? { ja: '故障・工事情報', en: 'Service status' }
    : { ja: 'OCN（例）', en: 'OCN (example)' };
  return { ja: ja ?? en ?? fallback.ja, en: en ?? ja ?? fallback.en };
}

function isContact(text: string): boolean {
  return /^(mailto:|https:\/\/|tel:)[!-~]+$/.test(text) || (address.test(text) && !text.includes(':'));
}

function isKey(type: 'rsa' | 'ed25519'): (pem: string) => boolean {
  return (pem) => {
    try {
      return createPrivateKey(pem).asymmetricKeyType === type;
    } catch {
      return false;
    }
  };
}

type Environment = z.output<typeof environment>;

/** All of it or nothing: half a provider is a mistake. */
function oidcClient(
  e: Environment,
  realm: 'CUSTOMER' | 'STAFF',
  production: boolean,
  problems: string[],
): OidcClient | undefined {
  const name = `OIDC_${realm}` as const;
  const issuer = e[`${name}_ISSUER`];
  const clientId = e[`${name}_CLIENT_ID`];
  const clientSecret = e[`${name}_CLIENT_SECRET`];
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  const missing = Object.entries({ ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret }).filter(
    ([, value]) => value === undefined,
  );
  problems.push(...missing.map(([part]) => `${name}_${part}: must be set where another ${name}_… is`));
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  const url = new URL(issuer);
  if (url.search !== '' || url.hash !== '' || url.username !== '') {
    problems.push(`${name}_ISSUER: must have no query, no fragment and no password`);
  }
  if (url.protocol === 'http:' && (production || !LOOPBACK.has(url.hostname))) {
    problems.push(`${name}_ISSUER: must begin with https:// (http only outside production, on 127.0.0.1)`);
  }
  return { issuer, clientId, clientSecret, label: e[`${name}_LABEL`] };
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** The selector alone names a key in the DNS; each kind of key needs its own. */
function dkimKeys(e: Environment): Config['dkim'] {
  const domain = e.DKIM_DOMAIN ?? e.MAIL_FROM.slice(e.MAIL_FROM.lastIndexOf('@') + 1);
  const pairs = [
    { selector: e.DKIM_RSA_SELECTOR ?? 'shirase', key: e.DKIM_RSA_KEY },
    { selector: e.DKIM_ED25519_SELECTOR ?? 'shirase-ed25519', key: e.DKIM_ED25519_KEY },
  ];
  return pairs.flatMap(({ selector, key }) =>
    key === undefined ? [] : [{ domain, selector, key: createPrivateKey(key) }],
  );
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
