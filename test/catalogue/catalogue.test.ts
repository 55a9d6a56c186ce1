import { describe, expect, test } from 'vitest';
import { loadCatalogue, loadNames } from '../../src/catalogue/read.ts';
import { editionNumber } from '../../src/notices/read.ts';
import { DAY } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { keyFor } from '../support/people.ts';

const catalogue = {
  services: [
    { key: 'mail', name: { ja: 'OCNメール', en: 'OCN Mail' }, group: 'メール' },
    { key: 'webmail', name: { ja: 'Webメール' }, partOf: 'mail', dependsOn: ['ocn-id'] },
    { key: 'ocn-id', name: { ja: 'OCN ID認証' } },
  ],
  facilities: [
    { code: '051', name: { ja: 'OCNメール設備051' }, service: 'mail', mailDomains: ['m051.example', '例え.example'] },
    { code: '052', name: { ja: 'OCNメール設備052' }, service: 'mail' },
  ],
};

async function ready() {
  const shirase = await startApp();
  const headers = await keyFor(shirase.db, shirase.clock, 'catalogue:write');
  const put = (payload: object) => shirase.app.inject({ method: 'PUT', url: '/api/v1/catalogue', payload, headers });
  return { ...shirase, headers, put };
}

describe('the catalogue', () => {
  test('comes back as it was sent, with domains in ASCII, and makes a new edition', async () => {
    const { app, db, headers, put } = await ready();
    const answer = await put(catalogue);
    expect(answer.statusCode).toBe(200);
    const expected = structuredClone(catalogue);
    Object.assign(expected.facilities[0] ?? {}, { mailDomains: ['m051.example', 'xn--r8jz45g.example'] });
    expect(answer.json()).toEqual(expected);
    expect((await app.inject({ url: '/api/v1/catalogue', headers })).json()).toEqual(expected);
    expect(await editionNumber(db.kysely)).toBe(1);
  });

  test('keeps the names of what is gone, and takes it back when it is named again', async () => {
    const { db, put } = await ready();
    await put(catalogue);
    await put({ ...catalogue, facilities: catalogue.facilities.slice(0, 1) });
    expect((await loadCatalogue(db.kysely)).facilities.map((facility) => facility.code)).toEqual(['051']);
    expect((await loadNames(db.kysely)).facility('052')).toEqual({ ja: 'OCNメール設備052' });
    await put(catalogue);
    expect((await loadCatalogue(db.kysely)).facilities).toHaveLength(2);
  });

  test('remembers since when a service is in it, though it was gone for a while', async () => {
    const { db, put, clock } = await ready();
    const since = clock.now();
    await put(catalogue);
    clock.advance(DAY);
    await put({ services: [{ key: 'mobile', name: { ja: 'モバイル' } }], facilities: [] });
    await put(catalogue);
    const names = await loadNames(db.kysely);
    expect([names.since('mail'), names.since('mobile')]).toEqual([since, since + DAY]);
  });

  test('is refused whole where something does not fit, and every such item is named', async () => {
    const { db, put } = await ready();
    await put(catalogue);
    const answer = await put({
      services: [
        ...catalogue.services,
        { key: 'mail', name: { ja: '二度目' } },
        { key: 'x', name: { ja: 'X' }, partOf: 'nothing' },
      ],
      facilities: [{ code: '061', name: { ja: '設備061' }, service: 'no-such' }],
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<{ errors: { field: string }[] }>().errors.map((error) => error.field)).toEqual([
      'services.3.key',
      'services.4.partOf',
      'facilities.0.service',
    ]);
    expect((await loadCatalogue(db.kysely)).facilities).toHaveLength(2);
  });
});
