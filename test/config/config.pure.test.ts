import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

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
  });
});
