import { expect, test } from 'vitest';
import { recipients } from '../../src/alerts/recipients.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { customerAt } from '../support/people.ts';
import { startSite } from '../support/site.ts';
import { confirmedAddress } from './world.ts';

/** A fault of 121, one of webmail, one of the sign-in; hanako's mailbox is on 062. */
async function threeFaults() {
  const site = await startSite();
  const hanako = await customerAt(site, 'hanako', ['062']);
  const taro = await customerAt(site, 'taro', ['121']);
  const fault = async (title: string, service: string, facilities: string[] | 'all') => {
    const impacts = [{ service, facilities, symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' }];
    return (await publishNotice(site.notices, publisher, faultInput({ title: { ja: title }, impacts }))).id;
  };
  const ids = {
    server: await fault('設備121の故障', 'mail', ['121']),
    webmail: await fault('Webメールの故障', 'webmail', 'all'),
    signIn: await fault('認証の故障', 'ocn-id', 'all'),
  };
  await site.app.edition.refresh();
  return { site, hanako, taro, ids };
}

const choose = (
  browser: { submit: (page: string, to: string, fields: Record<string, string | string[]>) => Promise<unknown> },
  service: string[],
) => browser.submit('/my/services', '/my/services', { service });

test('what is chosen is shown on the customer’s page with its state, and chosen again when he comes back', async () => {
  const { hanako, ids } = await threeFaults();
  expect((await hanako.get('/my')).body).toContain('ご利用のサービスを選んでおくと');
  await choose(hanako, ['webmail', 'ocn-id']);
  const page = (await hanako.get('/my')).body;
  expect(page).toMatch(/OCNメール（Webメール）<\/a> <span class="badge badge-fault">故障中/);
  expect(page).toContain(`href="/notices/${ids.signIn}"`);
  const form = (await hanako.get('/my/services?done=saved')).body;
  expect(form).toContain('リストを保存しました');
  expect(form).toMatch(/value="webmail" checked/);
  expect(form).not.toMatch(/value="mail" checked/);
  await choose(hanako, []);
  expect((await hanako.get('/my')).body).toContain('ご利用のサービスを選んでおくと');
});

test('a fault of some servers says “in part” of the service, for whoever has no server of his own on it', async () => {
  const { hanako } = await threeFaults();
  await choose(hanako, ['mail']);
  expect((await hanako.get('/my')).body).toContain('一部で故障中');
  expect((await hanako.get('/en/my')).body).toContain('Out of order in part');
});

test('what nobody offers cannot be chosen, and the page says so', async () => {
  const { hanako } = await threeFaults();
  const answer = (await choose(hanako, ['nothing', 'mail'])) as { statusCode: number; body: string };
  expect([answer.statusCode, answer.body.includes('現在提供していない')]).toEqual([422, true]);
});

test('alert addresses follow the list where their owner wants that', async () => {
  const { site, hanako } = await threeFaults();
  await confirmedAddress(site.db, hanako.id, 'hanako@phone.example');
  const fields = { scope: 'services', language: 'ja' };
  const answer = await hanako.submit('/my/addresses', `/my/addresses/${hanako.id}-1/choice`, fields);
  expect(answer.statusCode).toBe(303);
  await choose(hanako, ['webmail']);
  const [found] = await recipients(site.db.kysely, { kind: 'fault', rootId: 'any' }, { id: `${hanako.id}-1` });
  expect([found?.scope, found?.services]).toEqual(['services', ['webmail']]);
});

test('the private feed tells what touches its owner and nothing else, in his language, and is nobody’s cache', async () => {
  const { site, hanako, taro, ids } = await threeFaults();
  await choose(hanako, ['ocn-id']);
  await hanako.submit('/my/services', '/my/services/feed', {});
  const link =
    /value="(http:\/\/status\.example\/my\/feed\/[^"]+)"/.exec((await hanako.get('/my/services')).body)?.[1] ?? '';
  const path = new URL(link).pathname;
  const feed = await site.app.inject(path);
  expect(feed.statusCode).toBe(200);
  expect(feed.headers).toMatchObject({
    'content-type': 'application/atom+xml; charset=utf-8',
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
  });
  expect(feed.body).toContain(ids.signIn);
  expect(feed.body).not.toContain(ids.server);
  expect(feed.body).not.toContain('hanako');
  expect((await site.app.inject(`/en${path}`)).body).toContain('xml:lang="en"');
  await taro.submit('/my/services', '/my/services/feed', {});
  const [, other = ''] = /my\/feed\/([^"]+)"/.exec((await taro.get('/my/services')).body) ?? [];
  expect((await site.app.inject(`/my/feed/${other}`)).body).toContain(ids.server);
});

test('its link ends when it is made anew or ended, and a forged one is unknown', async () => {
  const { site, hanako } = await threeFaults();
  const linkOf = async () => /(\/my\/feed\/[^"]+)"/.exec((await hanako.get('/my/services')).body)?.[1] ?? '';
  await hanako.submit('/my/services', '/my/services/feed', {});
  const first = await linkOf();
  await hanako.submit('/my/services', '/my/services/feed', {});
  const second = await linkOf();
  expect((await site.app.inject(first)).statusCode).toBe(404);
  expect((await site.app.inject(second)).statusCode).toBe(200);
  for (const wrong of [
    second.slice(0, -1),
    `${second}x`,
    '/my/feed/x.y',
    '/my/feed/%00',
    second.replace('/feed/', '/feed/x'),
  ]) {
    expect([wrong, (await site.app.inject(wrong)).statusCode]).toEqual([wrong, 404]);
  }
  await hanako.submit('/my/services', '/my/services/feed/end', {});
  expect((await site.app.inject(second)).statusCode).toBe(404);
  site.clock.advance(31 * MINUTE);
  expect((await hanako.submit('/my/services', '/my/services/feed', {})).headers.location).toBe('/my/sign-in');
});
