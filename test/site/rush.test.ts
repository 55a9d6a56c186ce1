import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { Exporter } from '../../src/site/export/exporter.ts';
import { MINUTE } from '../../src/time.ts';
import { engine } from '../support/database.ts';
import { freshFolder } from '../support/folder.ts';
import { expectValidHtml } from '../support/html.ts';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { askRaw } from '../support/raw.ts';
import { startSite } from '../support/site.ts';

/** A site with an open fault, exported, and nginx in front of it. */
async function open(options: { cdn?: boolean } = {}) {
  const site = await startSite();
  const { id } = await publishNotice(
    site.notices,
    publisher,
    faultInput({ title: { ja: 'メールの故障', en: 'Mail is out' } }),
  );
  await site.get('/');
  const dir = freshFolder();
  const exporter = new Exporter({
    ...{ dir, edition: site.app.edition, clock: site.clock },
    warn: (error) => {
      throw error;
    },
  });
  exporter.start();
  onTestFinished(() => exporter.stop());
  await exporter.write();
  const came: string[] = [];
  /** Of sign-ins, in milliseconds. */
  const cameAt: number[] = [];
  site.app.server.on('request', ({ method, url }) => {
    came.push(`${method} ${url}`);
    if (method === 'POST') cameAt.push(performance.now());
  });
  const base = await startNginx(join(dir, 'current'), await site.app.listen({ host: '127.0.0.1', port: 0 }), options);
  const file = (name: string) => readFileSync(join(dir, 'current/_', name), 'utf8');
  return { ...site, id, exporter, base, came, cameAt, file };
}

interface Answer {
  status: number;
  /** When his form was sent, in milliseconds. */
  asked: number;
  head: string;
  body: string;
}

/**
 * All are connected before the first sends his form: they come in one instant.
 * @param from whose address each has.
 * @param said whose address a CDN in front says that each has.
 */
async function rush(
  base: string,
  paths: string[],
  from = (n: number) => `127.0.${1 + (n >> 7)}.${1 + (n & 127)}`,
  said?: (n: number) => string,
) {
  const port = Number(new URL(base).port);
  const sockets = await Promise.all(
    paths.map(async (_path, n) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress: from(n) });
      await once(socket, 'connect');
      return socket;
    }),
  );
  return Promise.all(
    sockets.map(async (socket, n): Promise<Answer> => {
      let text = '';
      const asked = performance.now();
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      socket.write(
        `POST ${paths[n]} HTTP/1.1\r\nHost: x\r\n${said ? `X-Forwarded-For: ${said(n)}\r\n` : ''}Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
          'Content-Length: 20\r\n\r\nlogin=a&password=abc',
      );
      await once(socket, 'close');
      const [head = '', body = ''] = text.split('\r\n\r\n', 2);
      return { status: Number(head.slice(9, 12)), asked, head, body };
    }),
  );
}

/** So many at once, from one address where nobody says otherwise. @returns how many were turned away. */
async function refusedOf(
  base: string,
  count: number,
  { path = '/my/sign-in', said }: { path?: string; said?: (n: number) => string } = {},
): Promise<number> {
  const paths = Array.from({ length: count }, () => path);
  return (await rush(base, paths, () => '127.0.0.9', said)).filter(({ status }) => status === 503).length;
}

/** Without the token of a page of ours, Shirase itself says no: whoever reads this has been let through. */
const LET_THROUGH = 403;

describe.skipIf(!hasNginx || engine !== 'sqlite')('when far more sign in at once than can be let in, nginx', () => {
  test('lets through as many as Shirase has places for, and tells the others the public state and when to come back', async () => {
    const { base, came, cameAt, id } = await open();
    const paths = Array.from({ length: 1500 }, (_, n) => (n % 2 === 0 ? '/my/sign-in' : '/en/my/sign-in'));
    const answers = await rush(base, paths);
    const through = answers.filter(({ status }) => status === LET_THROUGH);
    const refused = answers.filter(({ status }) => status === 503);
    expect(through.length + refused.length).toBe(1500);
    expect(came.filter((one) => one.startsWith('POST '))).toHaveLength(through.length);
    expect(through.length).toBeGreaterThan(180);
    // twenty at once and 100 a second after them, or Shirase would do nothing else meanwhile
    const first = Math.min(...answers.map(({ asked }) => asked));
    expect(Math.max(...cameAt) - first).toBeGreaterThan(1500);
    expect(refused.length).toBeGreaterThan(100);
    const seconds = refused.map(({ head }) => Number(/^retry-after: (\d+)\r?$/im.exec(head)?.[1]));
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...seconds)).toBeLessThan(90);
    expect(new Set(seconds).size).toBeGreaterThan(20);
    for (const { head } of refused) {
      expect(head).toMatch(/^cache-control: no-store\r?$/im);
      expect(head).toMatch(/^content-security-policy: default-src 'none';/im);
      expect(head).toMatch(/^content-type: text\/html; charset=utf-8\r?$/im);
    }
    const [japanese, english] = ['ja', 'en'].map((language) => {
      const pages = refused.filter(({ body }) => body.includes(`<html lang="${language}">`)).map(({ body }) => body);
      expect(new Set(pages).size, language).toBe(1);
      return pages[0] ?? '';
    });
    expect(japanese).toContain('入力されたパスワードは、まだ確認していません');
    expect(japanese).toContain('id="public-state"');
    expect(japanese).toContain(`<a href="/notices/${id}">メールの故障</a>（発生中）`);
    expect(english).toContain('Your password has not been looked at: this does not mean that it is wrong.');
    expect(english).toContain(`<a href="/en/notices/${id}">Mail is out</a>`);
    for (const page of [japanese ?? '', english ?? '']) {
      await expectValidHtml(page);
      const links = [...page.matchAll(/<(?:a|link)[^>]* href="(\/[^"]*)"/g)].map(([, path]) => path ?? '');
      expect(links.length).toBeGreaterThan(10);
      for (const path of new Set(links))
        expect([path, [200, 302, 303]]).toEqual([path, expect.arrayContaining([(await askRaw(base, path)).status])]);
    }
  });

  test('leaves staff, and everybody who only reads the page, alone', async () => {
    const { base, came } = await open();
    const customers = rush(
      base,
      Array.from({ length: 1200 }, () => '/my/sign-in'),
    );
    const staff = await rush(
      base,
      Array.from({ length: 200 }, (_, n) => `${n % 2 ? '' : '/en'}/console/sign-in`),
    );
    expect(new Set(staff.map(({ status }) => status))).toEqual(new Set([LET_THROUGH]));
    const page = await askRaw(base, '/my/sign-in');
    expect([page.status, page.body.toString().includes('name="password"')]).toEqual([200, true]);
    await customers;
    came.splice(0);
    for (let n = 0; n < 200; n++) await askRaw(base, '/my/sign-in');
    expect(came).toHaveLength(200);
  });

  test('lets one address take only its share of the places', async () => {
    const { base } = await open();
    expect(await refusedOf(base, 500)).toBeGreaterThan(100);
    const [other] = await rush(base, ['/my/sign-in'], () => '127.0.0.10');
    expect(other?.status).toBe(LET_THROUGH);
  });

  test('takes all addresses of one IPv6 network for one, and two networks for two', async () => {
    const { base } = await open({ cdn: true });
    // of them an address may have 100, and as many as it is given anew while they come: twenty a second
    const ofOne = (n: number) => `2001:db8:0:a::${(n + 1).toString(16)}`;
    const ofMany = (n: number) => `2001:db8:0:${(n + 16).toString(16)}::1`;
    expect(await refusedOf(base, 160, { said: ofOne })).toBeGreaterThan(0);
    expect(await refusedOf(base, 120, { said: ofMany })).toBe(0);
  });

  test('believes nobody but a CDN whose address he has', async () => {
    const { base } = await open();
    expect(await refusedOf(base, 500, { said: (n) => `192.0.2.${n % 250}` })).toBeGreaterThan(100);
  });

  test('says where to look to those who wait for their turn when Shirase is gone meanwhile', async () => {
    const { app, base } = await open();
    app.server.on('request', ({ method }) => {
      if (method !== 'POST') return;
      app.server.close();
      app.server.closeAllConnections();
    });
    const answers = await rush(
      base,
      Array.from({ length: 150 }, (_, n) => `${n % 2 ? '' : '/en'}/my/sign-in`),
    );
    const gone = answers.filter(({ status }) => status !== LET_THROUGH);
    expect(gone.length).toBeGreaterThan(20);
    for (const { status, head, body } of gone) {
      expect(status).toBe(503);
      expect(head).toMatch(/^retry-after: [3-8]\d\r?$/im);
      expect(body).toMatch(/ただいまこの画面をご利用いただけません|This page is not available at the moment/);
    }
  });

  test('counts an address however it is written', async () => {
    const { base } = await open();
    expect(await refusedOf(base, 500, { path: '/%6dy/sign%2Din' })).toBeGreaterThan(100);
  });

  test('tells the newest state', async () => {
    const { app, notices, clock, exporter, file } = await open();
    clock.advance(MINUTE);
    await publishNotice(notices, publisher, faultInput({ title: { ja: '別の故障', en: 'Another fault' } }));
    await app.edition.refresh();
    await exporter.write();
    expect(file('crowded.html')).toMatch(/別の故障[\s\S]*メールの故障|メールの故障[\s\S]*別の故障/);
    expect(file('en/crowded.html')).toContain('Another fault');
  });
});
