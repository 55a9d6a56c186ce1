import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { Purge } from '../../src/site/export/purge.ts';
import { MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';

interface Told {
  authorization: string | undefined;
  edition: number;
  keys: string[];
  paths: string[];
}

/** A CDN's interface for purging; refuses while it is told to. */
async function startCdn() {
  const told: Told[] = [];
  let refusing = false;
  let hear: (() => void) | undefined;
  const server = createServer((request, answer: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Omit<Told, 'authorization'>;
      told.push({ authorization: request.headers.authorization, ...body });
      answer.statusCode = refusing ? 503 : 200;
      answer.end();
      hear?.();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return {
    told,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/purge`,
    refuse: (yes: boolean) => {
      refusing = yes;
    },
    hears: async (calls: number) => {
      while (told.length < calls) await new Promise<void>((resolve) => (hear = resolve));
    },
  };
}

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = noticeGround(shirase.db, shirase.clock);
  const { id } = await publishNotice(notices, publisher, faultInput());
  await shirase.app.edition.refresh();
  const cdn = await startCdn();
  const warnings: string[] = [];
  const warn = (_error: unknown, message: string) => warnings.push(message);
  const purge = new Purge({ edition: shirase.app.edition, url: cdn.url, token: 'a token', warn });
  purge.start();
  onTestFinished(() => purge.stop());
  return { ...shirase, notices, id, cdn, warnings };
}

test('a publication tells the CDN which pages are old, by path and by key, and a minute that passes does not', async () => {
  const { app, clock, notices, id, cdn } = await ready();
  clock.advance(MINUTE);
  await app.edition.refresh();
  await publishReport(notices, publisher, id, nextReport({ phase: 'update', body: { ja: '続報です。' } }));
  await app.edition.refresh();
  await cdn.hears(1);
  const [told] = cdn.told;
  expect(told).toMatchObject({ authorization: 'Bearer a token', edition: app.edition.number });
  expect(told?.paths).toEqual(expect.arrayContaining(['/', '/en', `/notices/${id}`, `/en/notices/${id}`]));
  expect(told?.keys).toEqual(expect.arrayContaining(['/', `/notices/${id}`]));
  expect(told?.keys.some((key) => key.startsWith('/en') || key.includes('?'))).toBe(false);
  expect(cdn.told).toHaveLength(1);
  // The keys are those that the pages carry.
  const key = String((await app.inject({ url: `/en/notices/${id}` })).headers['surrogate-key']);
  expect(key.split(' ')).toEqual(['edition', `/notices/${id}`]);
});

test('what the CDN did not take is said again, with what has come since', async () => {
  const { app, notices, id, cdn, warnings } = await ready();
  cdn.refuse(true);
  await publishReport(notices, publisher, id, nextReport({ phase: 'update', body: { ja: '続報です。' } }));
  await app.edition.refresh();
  await cdn.hears(1);
  const other = await publishNotice(notices, publisher, faultInput({ title: { ja: '別の故障' } }));
  await app.edition.refresh();
  cdn.refuse(false);
  await cdn.hears(cdn.told.length + 1);
  expect(cdn.told.at(-1)?.paths).toEqual(expect.arrayContaining([`/notices/${id}`, `/notices/${other.id}`]));
  expect(warnings).toEqual([]);
});
