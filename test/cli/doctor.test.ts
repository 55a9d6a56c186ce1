import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { startChild } from '../support/child.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import { startDns, type Zone } from '../support/dns.ts';
import { freshFolder } from '../support/folder.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('ed25519');

const der = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64');

const ZONE: Zone = {
  'status.example MX': ['mx.status.example'],
  'status.example TXT': ['v=spf1 ip4:192.0.2.7 -all', 'something else'],
  'shirase._domainkey.status.example TXT': [`v=DKIM1; k=rsa; p=${der(rsa.publicKey)}`],
  '_dmarc.status.example TXT': ['v=DMARC1; p=reject'],
  'back.status.example MX': ['mx.status.example'],
  'back.status.example TXT': ['v=spf1 ip4:192.0.2.7 -all'],
  '1.0.0.127.in-addr.arpa PTR': ['relay.status.example'],
};

/** Signed by itself, for this machine's address and so many days. */
function certificate(days: number) {
  const folder = freshFolder();
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days ${days} -subj /CN=status`.split(' ');
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', file];
  execFileSync('openssl', [...made, ...names], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(file), file };
}

/** A relay that takes mail of whoever knows the password. */
async function startRelay({ key, cert }: ReturnType<typeof certificate>) {
  const mails: Buffer[] = [];
  const server = new SMTPServer({
    key,
    cert,
    onAuth: (auth, _session, done) =>
      auth.password === 'p@ss' ? done(null, { user: 'us' }) : done(new Error('535 5.7.8 no such login')),
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (session.secure) mails.push(Buffer.concat(parts));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { mails, url: (password: string) => `smtp://us:${encodeURIComponent(password)}@127.0.0.1:${port}` };
}

/** A server with a clock that is so many seconds ahead. */
async function startPages({ key, cert, file }: ReturnType<typeof certificate>, ahead: number) {
  const server = createServer({ key, cert }, (request, answer) => {
    answer.sendDate = false;
    answer.setHeader('date', new Date(Date.now() + ahead * 1000).toUTCString());
    const issuer = `https://${request.headers.host}`;
    // It is a provider, too: one with a key, which says who it is.
    answer.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        keys: [{ kty: 'EC' }],
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, cert: file };
}

async function databaseOfToday() {
  const url = await emptyDatabaseUrl();
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  return { url, db };
}

test('the doctor finds a healthy house healthy, and its test mail arrives signed', async () => {
  const [relay, pages, { url }, dns] = await Promise.all([
    startRelay(certificate(9)),
    startPages(certificate(200), 0),
    databaseOfToday(),
    startDns(ZONE),
  ]);
  const doctor = startChild(
    'src/cli/shirase.ts',
    {
      NODE_ENV: 'production',
      DATABASE_URL: url,
      DATA_DIR: freshFolder(),
      PUBLIC_URL: pages.url,
      OIDC_STAFF_ISSUER: pages.url,
      OIDC_STAFF_CLIENT_ID: 'shirase',
      OIDC_STAFF_CLIENT_SECRET: 'a secret of tests',
      NODE_EXTRA_CA_CERTS: pages.cert,
      SHIRASE_SECRET: 'a secret of tests, longer than thirty-two characters',
      SMTP_URL: relay.url('p@ss'),
      MAIL_FROM: 'notices@status.example',
      MAIL_BOUNCE_DOMAIN: 'back.status.example',
      BOUNCE_MAILBOX: '/var/mail/bounces',
      DKIM_RSA_KEY: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
    ['doctor', '--json', '--dns', dns, '--mail', 'noc@elsewhere.example'],
  );
  const code = await doctor.ended;
  const { findings } = JSON.parse(doctor.said()) as { findings: { check: string; level: string; what: string }[] };
  // The disk and the limits are those of whatever machine this is.
  const ours = findings.filter(({ check }) => !['disk', 'limits'].includes(check));
  expect(ours.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(code).toBe(findings.some(({ level }) => level === 'fail') ? 1 : 0);
  const said = ours.map(({ what }) => what).join('\n');
  for (const words of [
    'schema',
    'TLSv1.3',
    'it takes our login',
    'is our key',
    'p=reject',
    'same time',
    'good for 199 days',
    'its keys are there: 1',
  ])
    expect(said).toContain(words);
  expect(doctor.said()).not.toContain('p@ss');
  expect(relay.mails).toHaveLength(1);
  const resolver = async (name: string) => (ZONE[`${name} TXT`] ?? []).map((text) => [text]);
  const { results } = await dkimVerify(relay.mails[0] ?? Buffer.of(), { resolver });
  expect(results[0]?.status.result).toBe('pass');
});

test('the doctor names everything that is wrong, and what to do', async () => {
  const [relay, pages, { url, db }, dns] = await Promise.all([
    startRelay(certificate(9)),
    startPages(certificate(3), 100),
    databaseOfToday(),
    startDns({
      'status.example TXT': ['v=spf1 +all'],
      'shirase-ed25519._domainkey.status.example TXT': [`v=DKIM1; k=ed25519; p=${der(other.publicKey)}`],
    }),
  ]);
  await sql`INSERT INTO schema_migrations (number, name) VALUES (9999, '9999-from-the-future')`.execute(db.kysely);
  const doctor = startChild(
    'src/cli/shirase.ts',
    {
      DATABASE_URL: url,
      DATA_DIR: '/proc/shirase',
      PUBLIC_URL: pages.url,
      OIDC_STAFF_ISSUER: `${pages.url}/realm`,
      OIDC_STAFF_CLIENT_ID: 'shirase',
      OIDC_STAFF_CLIENT_SECRET: 'a secret of tests',
      NODE_EXTRA_CA_CERTS: pages.cert,
      SMTP_URL: relay.url('wrong'),
      MAIL_FROM: 'notices@status.example',
      MAIL_BOUNCE_DOMAIN: 'back.status.example',
      DKIM_ED25519_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
    ['doctor', '--dns', dns, '--mail', 'noc@elsewhere.example'],
  );
  expect(await doctor.ended).toBe(1);
  const said = doctor.said();
  for (const words of [
    'schema 9999 is newer',
    'no such login',
    'user and password in SMTP_URL',
    'neither MX nor A',
    'lets everybody send',
    'another key',
    'v=DKIM1; k=ed25519; p=',
    'no DMARC record',
    'back.status.example has no MX record',
    'nobody takes in what comes back',
    '100 s ahead',
    '/proc/shirase cannot be written to',
    'is good for 2 days',
    '/realm says that it is',
    'exactly what it says',
  ])
    expect(said).toContain(words);
  expect(said).not.toContain('p@ss');
  expect(relay.mails).toEqual([]);
});

test.runIf(engine === 'sqlite')('the doctor makes no database where there is none yet', async () => {
  const folder = freshFolder();
  const doctor = startChild('src/cli/shirase.ts', { DATA_DIR: folder, SMTP_URL: '' }, ['doctor']);
  expect(await doctor.ended).toBe(0);
  expect(doctor.said()).toContain('there is no database yet');
  expect(doctor.said()).toContain('shirase migrate');
});
