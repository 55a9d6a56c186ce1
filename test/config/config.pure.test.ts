import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { accentContrast } from '../../src/brand/colour.ts';
import { ConfigError, readConfig } from '../../src/config.ts';
import { PICTURES } from '../support/pictures.ts';

const SECRET = 'x'.repeat(32);

function problems(env: Record<string, string>): string {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

describe('the settings', () => {
  test('need nothing to try it out', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      databaseUrl: 'sqlite:data/shirase.db',
      timeZone: 'Asia/Tokyo',
      alertsPerNotice: 3,
    });
  });

  test('take a mail address or a link as whom to tell of a weak place', () => {
    const contact = (SECURITY_CONTACT: string) => readConfig({ SECURITY_CONTACT }).securityContact;
    expect(contact('security@example.jp')).toBe('mailto:security@example.jp');
    expect(contact('https://example.jp/security')).toBe('https://example.jp/security');
    for (const wrong of ['nobody', 'http://example.jp', 'https://x\nExpires: 1']) {
      expect(problems({ SECURITY_CONTACT: wrong })).toContain('SECURITY_CONTACT: must be a mail address');
    }
  });

  test('are refused with all wrong ones at once, each with its reason', () => {
    const text = problems({
      PORT: 'abc',
      TIME_ZONE: 'Mars/Base',
      MAIL_FROM: 'nobody',
      DATABASE_URL: 'mysql://x',
      SMTP_URL: 'http://x',
    });
    for (const name of ['PORT', 'TIME_ZONE', 'MAIL_FROM', 'DATABASE_URL', 'SMTP_URL'])
      expect(text).toContain(`- ${name}: `);
  });

  test('take a provider whole or not at all, over https in production', () => {
    const provider = {
      OIDC_STAFF_ISSUER: 'https://id.example.jp/realms/ops',
      OIDC_STAFF_CLIENT_ID: 'shirase',
      OIDC_STAFF_CLIENT_SECRET: 'secret',
    };
    const config = readConfig(provider);
    expect(config.oidcStaff).toEqual({
      ...{ issuer: 'https://id.example.jp/realms/ops', clientId: 'shirase', clientSecret: 'secret' },
      label: 'OpenID Connect',
    });
    expect(config.oidcCustomers).toBeUndefined();
    const half = problems({ OIDC_CUSTOMER_CLIENT_ID: 'shirase' });
    for (const part of ['ISSUER', 'CLIENT_SECRET']) expect(half).toContain(`OIDC_CUSTOMER_${part}: must be set`);
    for (const issuer of [
      'http://id.example.jp',
      'https://id.example.jp/?a=b',
      'https://a:b@id.example.jp',
      'ftp://x',
    ]) {
      expect(problems({ ...provider, OIDC_STAFF_ISSUER: issuer })).toContain('OIDC_STAFF_ISSUER: ');
    }
    expect(problems({ ...provider, OIDC_STAFF_ISSUER: 'http://127.0.0.1:8080' })).toBe('');
    expect(problems({ ...provider, OIDC_STAFF_ISSUER: 'http://127.0.0.1:8080', NODE_ENV: 'production' })).toContain(
      'https',
    );
    expect(problems({ OIDC_CUSTOMER_MATCH: 'name' })).toContain('OIDC_CUSTOMER_MATCH');
  });

  test('can lower the limits of three and never raise them', () => {
    expect(readConfig({ ALERTS_PER_NOTICE: '1', ADDRESSES_PER_CUSTOMER: '2' })).toMatchObject({
      alertsPerNotice: 1,
      addressesPerCustomer: 2,
    });
    for (const value of ['4', '0', '1.5']) {
      expect(problems({ ALERTS_PER_NOTICE: value })).toContain('ALERTS_PER_NOTICE');
      expect(problems({ ADDRESSES_PER_CUSTOMER: value })).toContain('ADDRESSES_PER_CUSTOMER');
    }
  });

  test('of production need a public address and a secret, which may stand in a file', () => {
    const text = problems({ NODE_ENV: 'production' });
    expect(text).toContain('PUBLIC_URL');
    expect(text).toContain('SHIRASE_SECRET');
    const file = join(tmpdir(), `shirase-secret-${process.pid}`);
    writeFileSync(file, `${SECRET}\n`);
    expect(
      readConfig({ NODE_ENV: 'production', PUBLIC_URL: 'https://status.example/', SHIRASE_SECRET_FILE: file }),
    ).toMatchObject({
      secret: SECRET,
      publicUrl: 'https://status.example',
    });
    expect(problems({ SHIRASE_SECRET_FILE: '/nowhere' })).toContain('cannot be read');
    const all = problems({ NODE_ENV: 'production', PORT: 'abc', SMTP_URL_FILE: '/nowhere' });
    for (const name of ['PUBLIC_URL', 'SHIRASE_SECRET', 'PORT', 'SMTP_URL_FILE']) expect(all).toContain(`- ${name}`);
  });

  test('may each stand in a file, so that no secret need stand in the environment', () => {
    const file = join(tmpdir(), `shirase-url-${process.pid}`);
    writeFileSync(file, 'smtps://user:secret@relay.example\n');
    expect(readConfig({ SMTP_URL_FILE: file }).smtpUrl).toBe('smtps://user:secret@relay.example');
    expect(readConfig({ SMTP_URL_FILE: file, SMTP_URL: 'smtp://other.example' }).smtpUrl).toBe('smtp://other.example');
    writeFileSync(file, 'short');
    expect(problems({ SHIRASE_SECRET_FILE: file })).toContain('at least 32 characters');
  });

  test('take a logo and colours of the operator’s own', () => {
    const logo = fileOf('logo.png', PICTURES.svg);
    const { brand } = readConfig({ OPERATOR_LOGO: logo, OPERATOR_COLOUR: '#7A0055' });
    // By its bytes, whatever its name says. The colour for the dark is the nearest that can be read there.
    expect(brand).toMatchObject({ logo: { extension: 'svg', width: 40, height: 10 }, accent: { light: '#7a0055' } });
    expect(accentContrast(brand.accent?.dark ?? '', 'dark')).toBeGreaterThanOrEqual(4.5);
    expect(readConfig({ OPERATOR_COLOUR: '#7a0055', OPERATOR_COLOUR_DARK: '#ff9ad5' }).brand).toEqual({
      accent: { light: '#7a0055', dark: '#ff9ad5' },
    });
    expect(readConfig({ OPERATOR_COLOUR_DARK: '#ff9ad5' }).brand.accent).toEqual({ dark: '#ff9ad5' });
    expect(readConfig({}).brand).toEqual({});
  });

  test('refuse a colour that customers could not read, with what it lacks and the nearest that works', () => {
    const text = problems({ OPERATOR_COLOUR: '#ffcc00', OPERATOR_COLOUR_DARK: '#0017c1' });
    expect(text).toMatch(
      /- OPERATOR_COLOUR: #ffcc00 is too pale .* 1\.\d+ to 1, .* 4\.5 is needed .* is #[0-9a-f]{6}\n/,
    );
    expect(text).toMatch(/- OPERATOR_COLOUR_DARK: #0017c1 is too dark .* 1\.\d+ to 1/);
    const nearest = /works is (#\w+)/.exec(text)?.[1] ?? '';
    expect(readConfig({ OPERATOR_COLOUR: nearest }).brand.accent?.light).toBe(nearest);
    for (const colour of ['red', '#fff', '#0017c1ff', 'url(x)', '#0017c1;}'])
      expect(problems({ OPERATOR_COLOUR: colour })).toContain('OPERATOR_COLOUR: must be a colour such as #0017c1');
  });

  test('refuse a logo that is none, with its file and the reason', () => {
    const script = fileOf('script.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>');
    expect(problems({ OPERATOR_LOGO: script })).toContain(`OPERATOR_LOGO: ${script} holds <script>`);
    expect(problems({ OPERATOR_LOGO: '/nowhere' })).toContain('OPERATOR_LOGO: /nowhere cannot be read (ENOENT)');
    const dark = fileOf('dark.png', PICTURES.png);
    expect(problems({ OPERATOR_LOGO_DARK: dark })).toContain('OPERATOR_LOGO_DARK: needs OPERATOR_LOGO');
  });
});

function fileOf(name: string, bytes: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}
