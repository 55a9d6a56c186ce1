import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Ground } from '../../src/app.ts';
import { readLogo } from '../../src/brand/logo.ts';
import { assetFiles } from '../../src/http/assets.ts';
import { lookOf } from '../../src/http/look.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { Exporter } from '../../src/site/export/exporter.ts';
import { extrasOf } from '../../src/site/export/extras.ts';
import { fileName } from '../../src/site/export/file-name.ts';
import { Tree } from '../../src/site/export/tree.ts';
import { MINUTE } from '../../src/time.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { listen } from '../support/browser.ts';
import { startChild } from '../support/child.ts';
import { engine } from '../support/database.ts';
import { freshFolder } from '../support/folder.ts';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { PICTURES } from '../support/pictures.ts';
import { askRaw, telling } from '../support/raw.ts';

async function ready(options: Partial<Ground> = {}) {
  const shirase = await startApp(options);
  await smallCatalogue(shirase.db);
  const notices = noticeGround(shirase.db, shirase.clock);
  const { id } = await publishNotice(notices, publisher, faultInput({ prominent: true }));
  await shirase.app.edition.refresh();
  const dir = freshFolder();
  return { ...shirase, notices, id, dir, current: join(dir, 'current') };
}

function printedOf({ app }: Shirase) {
  const { printed } = app.edition;
  if (!printed) throw new Error('there is no edition');
  return printed;
}

const inode = (path: string) => statSync(path).ino;

describe('an export', () => {
  test('is every page of the edition with its packed bytes beside it, as the server gives them', async () => {
    const shirase = await ready();
    const printed = printedOf(shirase);
    await new Tree(shirase.dir).write(printed, extrasOf(printed), { everything: true });
    for (const url of printed.paths()) {
      const answer = await shirase.app.inject({ url });
      const file = join(shirase.current, fileName(url, printed.sheet(url)?.type ?? ''));
      const bytes = readFileSync(file);
      expect(bytes.equals(answer.rawPayload), url).toBe(true);
      if (existsSync(`${file}.gz`)) {
        expect(gunzipSync(readFileSync(`${file}.gz`)).equals(bytes)).toBe(true);
        expect(brotliDecompressSync(readFileSync(`${file}.br`)).equals(bytes)).toBe(true);
      }
    }
    // What its pages ask for is there too.
    const front = readFileSync(join(shirase.current, 'index.html'), 'utf8');
    const asked = [...front.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(asked.length).toBeGreaterThan(0);
    for (const path of asked) expect(existsSync(join(shirase.current, path)), path).toBe(true);
    expect(readFileSync(join(shirase.current, '_/en/404.html'), 'utf8')).toContain('could not be found');
  });

  test('writes again only what changed, beside the old one, and takes its place at once', async () => {
    const shirase = await ready();
    const { app, notices, clock, id, dir, current } = shirase;
    const other = await publishNotice(notices, publisher, faultInput({ title: { ja: '別の故障' } }));
    await app.edition.refresh();
    const tree = new Tree(dir);
    await tree.write(printedOf(shirase), []);
    const before = readlinkSync(current);
    const [old, untouched] = [
      inode(join(current, `notices/${id}.html`)),
      inode(join(current, `notices/${other.id}.html`)),
    ];
    clock.advance(MINUTE);
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', body: { ja: '続報の本文です。' } }));
    await app.edition.refresh();
    await tree.write(printedOf(shirase), []);
    expect(readlinkSync(current)).not.toBe(before);
    expect(inode(join(current, `notices/${other.id}.html.br`))).toBe(
      inode(join(dir, before, `notices/${other.id}.html.br`)),
    );
    expect(inode(join(current, `notices/${other.id}.html`))).toBe(untouched);
    expect(inode(join(current, `notices/${id}.html`))).not.toBe(old);
    expect(readFileSync(join(current, `notices/${id}.html`), 'utf8')).toContain('続報の本文です。');
    expect(readFileSync(join(dir, before, `notices/${id}.html`), 'utf8')).not.toContain('続報の本文です。');
    // Two stay, however many are written.
    await tree.write(printedOf(shirase), []);
    await tree.write(printedOf(shirase), []);
    expect(readdirSync(join(dir, 'editions'))).toHaveLength(2);
  });

  test('leaves to the server what few ask for, unless all is wanted', async () => {
    const shirase = await ready();
    const press = join(shirase.current, `notices/${shirase.id}/press.pdf`);
    await new Tree(shirase.dir).write(printedOf(shirase), []);
    expect(existsSync(press)).toBe(false);
    await new Tree(shirase.dir).write(printedOf(shirase), [], { everything: true });
    expect(readFileSync(press).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('keeps the style sheet of pages that somebody still has', async () => {
    const shirase = await ready();
    const extras = extrasOf(printedOf(shirase));
    await new Tree(shirase.dir).write(printedOf(shirase), extras);
    const earlier = join(shirase.current, 'assets/EARLIER000');
    mkdirSync(earlier);
    writeFileSync(join(earlier, 'style.css'), 'a{}');
    await new Tree(shirase.dir).write(printedOf(shirase), extras);
    expect(readFileSync(join(shirase.current, 'assets/EARLIER000/style.css'), 'utf8')).toBe('a{}');
  });

  test('follows each publication, and stands where nothing can be written until it can', async () => {
    const shirase = await ready();
    const { app, clock, notices, id, dir, current } = shirase;
    const told: string[] = [];
    const warn = (_error: unknown, message: string) => told.push(message);
    const exporter = new Exporter({ dir, edition: app.edition, clock, warn });
    exporter.start();
    await exporter.write();
    const before = readlinkSync(current);
    // The folder is gone and cannot be made: as a full disk, or a share that went away.
    const away = join(dir, 'editions');
    const kept = freshFolder();
    linkSync(join(current, 'index.html'), join(kept, 'index.html'));
    rmSync(away, { recursive: true });
    writeFileSync(away, 'in the way');
    for (let n = 0; n < 3; n++) {
      clock.advance(MINUTE / 4);
      await publishReport(
        notices,
        publisher,
        id,
        nextReport({ phase: 'update', body: { ja: `${n}回目の続報です。` } }),
      );
      await app.edition.refresh();
      await exporter.write();
    }
    expect(readlinkSync(current)).toBe(before);
    expect(told, 'told once a minute').toHaveLength(1);
    rmSync(away);
    // Once to see that the last one is gone with the folder, once from nothing.
    await exporter.write();
    await exporter.write();
    // What changed since the report before is underlined, and stands between tags.
    const page = readFileSync(join(current, `notices/${id}.html`), 'utf8').replace(/<[^>]+>/g, '');
    expect(page).toContain('2回目の続報です。');
    await exporter.stop();
    expect(readdirSync(dir).sort()).toEqual(['current', 'editions']);
  });

  test('does not hold up a stop: what is not whole when its time is over is taken away, and the one before stays', async () => {
    const shirase = await ready();
    const { app, clock, dir, current } = shirase;
    const told: string[] = [];
    const warn = (_error: unknown, message: string) => told.push(message);
    const ground = { dir, edition: app.edition, clock, warn };
    const whole = new Exporter(ground);
    whole.start();
    await whole.write();
    await whole.stop();
    const before = { current: readlinkSync(current), editions: readdirSync(join(dir, 'editions')) };
    const late = new Exporter({ ...ground, patience: 0 });
    late.start();
    await late.stop();
    expect({ current: readlinkSync(current), editions: readdirSync(join(dir, 'editions')) }).toEqual(before);
    expect(told).toEqual([]);
  });
});

describe.skipIf(engine !== 'sqlite')('from the command line', () => {
  const settings = (data: string) => ({ DATA_DIR: data, EXAMPLE: 'false', OPERATOR_NAME: '例ネット' });

  test('shirase export DIR writes all pages and says where they are', async () => {
    const [data, dir] = [freshFolder(), freshFolder()];
    const command = startChild('src/cli/shirase.ts', settings(data), ['export', dir]);
    expect(await command.ended, command.said()).toBe(0);
    expect(command.said()).toMatch(/Edition \d+ is in .*current: \d+ addresses/);
    expect(readFileSync(join(dir, 'current/index.html'), 'utf8')).toContain('例ネット');
  });

  test('it says what is wrong where no folder is named, or none can be made', async () => {
    const data = freshFolder();
    const nowhere = startChild('src/cli/shirase.ts', settings(data), ['export']);
    expect(await nowhere.ended).toBe(2);
    expect(nowhere.said()).toContain('export needs one folder');
    writeFileSync(join(data, 'file'), '');
    const wrong = startChild('src/cli/shirase.ts', settings(data), ['export', join(data, 'file')]);
    expect(await wrong.ended).toBe(1);
    expect(wrong.said()).toContain('ENOTDIR');
  });

  test('the server writes them to SHIRASE_EXPORT_DIR from its start on', async () => {
    const [data, dir] = [freshFolder(), join(freshFolder(), 'not/there/yet')];
    const server = startChild('src/main.ts', { ...settings(data), PORT: '0', SHIRASE_EXPORT_DIR: dir });
    await server.hears('Shirase: ');
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(readFileSync(join(dir, 'current/index.html'), 'utf8')).toContain('すべてのサービスは正常です');
  });
});

describe.skipIf(!hasNginx || engine !== 'sqlite')('nginx with docs/nginx.conf', () => {
  test('serves every page of the export with the URLs, types and headers of the server', async () => {
    const logos = { logo: readLogo(PICTURES.svg), darkLogo: readLogo(PICTURES['lossy webp']) };
    const look = lookOf({ ...logos, accent: { light: '#7a0055' } });
    const shirase = await ready({ operator: { name: { ja: '例', en: 'E' }, timeZone: 'Asia/Tokyo', look } });
    const { app, id } = shirase;
    const printed = printedOf(shirase);
    await new Tree(shirase.dir).write(printed, extrasOf(printed), { everything: true });
    const own = await listen(app);
    const base = await startNginx(shirase.current, own);
    const assets = assetFiles(app.operator).map((asset) => asset.path);
    expect(assets.map((path) => path.split('/')[3])).toEqual(expect.arrayContaining(['logo.svg', 'logo-dark.webp']));
    const paths = [...printed.paths(), ...assets, `/notices/${id}?from=mail`, '/history?still', '/en/'];
    for (const path of paths) {
      for (const encoding of ['identity', 'gzip', 'br']) {
        const headers = { 'accept-encoding': encoding };
        const [ours, theirs] = await Promise.all([askRaw(own, path, headers), askRaw(base, path, headers)]);
        const left = ['etag', 'server', 'last-modified', 'accept-ranges', 'content-length', 'vary'];
        const where = `${path} ${encoding}`;
        expect([theirs.status, telling(theirs.headers, ...left)], where).toEqual([200, telling(ours.headers, ...left)]);
        const [vary, unpack] = [String(ours.headers.vary).toLowerCase(), unpacker(encoding, ours.headers)];
        expect(String(theirs.headers.vary).toLowerCase(), where).toBe(vary);
        expect(unpack(theirs.body).equals(unpack(ours.body)), where).toBe(true);
        expect(theirs.headers.etag, where).toMatch(/^"[^"]+"$/);
      }
    }
    const tag = String((await askRaw(base, '/')).headers.etag);
    expect((await askRaw(base, '/', { 'if-none-match': tag })).status).toBe(304);
    const head = await askRaw(base, '/feed.atom', { method: 'HEAD' });
    expect(head.body.length).toBe(0);
    // Another way to write an address is not another page, and files are no addresses.
    for (const path of [
      '//history',
      '/%68istory',
      '/index.html',
      '/index.html.gz',
      '/_/404.html',
      '/_/404',
      '/404',
      '/./',
    ]) {
      const [ours, theirs] = await Promise.all([askRaw(own, path), askRaw(base, path)]);
      expect([path, theirs.status]).toEqual([path, path.startsWith('/_/') ? 404 : ours.status]);
      expect(theirs.headers['surrogate-key'], path).toBe(ours.headers['surrogate-key']);
    }
  });

  test('hands on what the export does not hold, and says where to look when the server is gone', async () => {
    const shirase = await ready();
    const { app, id } = shirase;
    await new Tree(shirase.dir).write(printedOf(shirase), extrasOf(printedOf(shirase)));
    const base = await startNginx(shirase.current, await listen(app));
    expect((await askRaw(base, '/healthz')).body.toString()).toBe('ok\n');
    expect((await askRaw(base, '/my')).headers.location).toContain('/my/sign-in');
    const missing = await askRaw(base, '/notices/20990101-1');
    expect([missing.status, missing.headers['cache-control']]).toEqual([404, 'no-store']);
    const refused = await askRaw(base, '/my/sign-in', { method: 'POST', 'content-type': 'text/plain' });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    await app.close();
    expect((await askRaw(base, `/en/notices/${id}`)).status).toBe(200);
    for (const [path, words] of [
      ['/my', 'ただいまこの画面をご利用いただけません'],
      ['/en/my', 'This page is not available at the moment'],
    ] as const) {
      const gone = await askRaw(base, path);
      expect([gone.status, gone.headers['cache-control']]).toEqual([503, 'no-store']);
      expect(gone.headers['retry-after']).toMatch(/^[3-8]\d$/);
      expect(gone.body.toString()).toContain(words);
    }
  });
});

function unpacker(encoding: string, headers: Record<string, unknown>): (body: Buffer) => Buffer {
  if (headers['content-encoding'] === undefined) return (body) => body;
  return encoding === 'br' ? brotliDecompressSync : gunzipSync;
}
