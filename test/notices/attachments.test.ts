import { deflateSync } from 'node:zlib';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { auditTrail } from '../../src/staff/audit.ts';
import { startApp } from '../support/app.ts';
import { multipart } from '../support/multipart.ts';
import { faultInput, publisher, smallCatalogue } from '../support/notices.ts';
import { type Browser, csrfOf, keyFor, staffAt } from '../support/people.ts';

/** One grey pixel, with a note of where it was made and something hung behind its end. */
function png(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
    chunk('tEXt', Buffer.from('Comment\0made at the secret place')),
    chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    chunk('IEND', Buffer.alloc(0)),
    Buffer.from('<script>alert(1)</script>'),
  ]);
}

/** A JPEG's bones: a frame of 2 × 3, Exif with a place, one scan, and something behind the end. */
function jpeg(): Buffer {
  const segment = (marker: number, data: Buffer) =>
    Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0')),
    segment(0xe1, Buffer.from('Exif\0\0GPS 35.6N 139.7E')),
    segment(0xc0, Buffer.from([8, 0, 3, 0, 2, 1, 1, 17, 0])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([1, 2, 0xff, 0x00, 3, 0xff, 0xd9]),
    Buffer.from('<?php hidden ?>'),
  ]);
}

const SVG = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="50" onload="alert(1)">
<script>alert(2)</script><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="alert(3)"/></body></foreignObject>
<style>@import url(https://evil.example/x.css);</style><a href="javascript:alert(4)"><text>hidden</text></a>
<rect id="box" width="100" height="50" fill="#eee" onclick="alert(5)"/><use xlink:href="#box"/><image href="https://evil.example/p.png"/><text x="4" y="20">認証サーバー &amp; 51台</text></svg>`;

const pdf = (inside = '') => `%PDF-1.7\n1 0 obj<</Type/Catalog${inside}>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`;

type File = { name: string; type: string; bytes: Buffer | string };
const PNG: File = { name: '図.png', type: 'image/png', bytes: png() };

async function desk() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const { id } = await publishNotice({ ...shirase.ground, announce: () => {} }, publisher, faultInput());
  await shirase.app.edition.refresh();
  const base = `/console/notices/${id}/attachments`;
  const send = async (browser: Browser, fields: Record<string, string>, file?: File) => {
    const said = { _csrf: csrfOf(await browser.get(base)), kind: 'outline_diagram', ...fields };
    const cookies = Object.fromEntries(browser.cookies);
    return shirase.app.inject({ method: 'POST', url: base, cookies, ...multipart(said, file) });
  };
  return { ...shirase, id, base, send, page: () => shirase.app.inject({ url: `/notices/${id}` }) };
}

const SHOWN = {
  'alternative.ja': '認証サーバーが止まったことを示す図',
  'alternative.en': 'The sign-in server stopped',
};
const files = (page: LightMyRequestResponse) =>
  [...page.body.matchAll(/\/notices\/[\d-]+\/attachments\/[0-9a-f]{16}\.\w+/g)].map(([path]) => path);

describe('a file on a notice', () => {
  test('of a publisher stands on the public page with its description, and is the picture alone', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    const answer = await shirase.send(browser, SHOWN, PNG);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `${shirase.base}?added=1`]);
    const page = await shirase.page();
    expect(page.body).toContain('alt="認証サーバーが止まったことを示す図"');
    expect((await shirase.app.inject({ url: `/en/notices/${shirase.id}` })).body).toContain(
      'alt="The sign-in server stopped"',
    );
    const [path = ''] = files(page);
    const file = await shirase.app.inject({ url: path });
    expect([file.statusCode, file.headers['content-type'], file.headers['x-content-type-options']]).toEqual([
      200,
      'image/png',
      'nosniff',
    ]);
    expect(file.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/);
    expect(file.rawPayload.includes('secret place') || file.rawPayload.includes('script')).toBe(false);
    expect(file.rawPayload.subarray(-8, -4).toString('latin1')).toBe('IEND');
  });

  test('without a description, or of no kind that can be shown, names each wrong field and keeps what was typed', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    const answer = await shirase.send(
      browser,
      { 'alternative.en': 'A diagram' },
      { name: 'x.png', type: 'image/png', bytes: 'GIF89a' },
    );
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('href="#file"');
    expect(answer.body).toContain('PNG、JPEG、SVG、PDFのいずれか');
    expect(answer.body).toContain('href="#alternative.ja"');
    expect(answer.body).toContain('>\nA diagram</textarea>');
    expect((await shirase.send(browser, SHOWN)).body).toContain('ファイルを選んでください');
    expect(files(await shirase.page())).toEqual([]);
  });

  test('that is too large is refused while it arrives', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    const large = { ...PNG, bytes: Buffer.concat([png(), Buffer.alloc(5 * 1024 * 1024)]) };
    const answer = await shirase.send(browser, SHOWN, large);
    expect([answer.statusCode, answer.body.includes('5MB以下')]).toEqual([422, true]);
  });

  test('of an author waits for a publisher, who is not another author', async () => {
    const shirase = await desk();
    const author = await staffAt(shirase, 'author');
    await shirase.send(author, SHOWN, PNG);
    expect(files(await shirase.page())).toEqual([]);
    const id = /attachments\/([0-9a-f]{16})\.png/.exec((await author.get(shirase.base)).body)?.[1] ?? '';
    expect((await author.submit(shirase.base, `${shirase.base}/${id}/publish`, {})).statusCode).toBe(403);
    const browser = await staffAt(shirase, 'publisher');
    expect((await browser.submit(shirase.base, `${shirase.base}/${id}/publish`, {})).statusCode).toBe(303);
    expect(files(await shirase.page()).length).toBeGreaterThan(0);
    expect((await browser.submit(shirase.base, `${shirase.base}/${id}/publish`, {})).statusCode).toBe(409);
    expect((await browser.submit(shirase.base, `${shirase.base}/${id}/remove`, {})).statusCode).toBe(303);
    expect(files(await shirase.page())).toEqual([]);
    const trail = await auditTrail(shirase.db.kysely, { subject: shirase.id, limit: 20 });
    expect(trail.map((entry) => entry.act).filter((act) => act.startsWith('attachment'))).toEqual(
      expect.arrayContaining(['attachment:add', 'attachment:publish', 'attachment:remove']),
    );
  });

  test('may take the place of another: the newest is shown, the earlier one is one click away', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    await shirase.send(browser, SHOWN, PNG);
    const [first = ''] = files(await shirase.page());
    const replaces = first.split('/').at(-1)?.split('.')[0] ?? '';
    await shirase.send(browser, { ...SHOWN, replaces }, { name: 'x.jpg', type: 'image/jpeg', bytes: jpeg() });
    const page = await shirase.page();
    expect(page.body).toContain('第2版');
    expect(new Set(files(page)).size).toBe(2);
    expect((await shirase.app.inject({ url: first })).statusCode).toBe(200);
    const newest = files(page).find((path) => path.endsWith('.jpg')) ?? '';
    const bytes = (await shirase.app.inject({ url: newest })).rawPayload;
    expect(bytes.includes('GPS') || bytes.includes('php')).toBe(false);
    expect(bytes.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
  });

  test('for staff alone is never public, by whatever address', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    await shirase.send(browser, { ...SHOWN, internal: 'on' }, PNG);
    expect(files(await shirase.page())).toEqual([]);
    const path =
      /\/console\/notices\/[\d-]+\/attachments\/[0-9a-f]{16}\.png/.exec((await browser.get(shirase.base)).body)?.[0] ??
      '';
    expect((await browser.get(path)).headers['content-type']).toBe('image/png');
    expect((await shirase.app.inject({ url: path })).statusCode).toBe(303);
    expect((await shirase.app.inject({ url: path.replace('/console', '') })).statusCode).toBe(404);
    for (const odd of [
      '../../../etc/passwd',
      '..%2f..%2fsecret',
      `${'a'.repeat(290)}.png`,
      '0123456789abcdef.png%00.svg',
    ]) {
      const answer = await shirase.app.inject({ url: `/notices/${shirase.id}/attachments/${odd}` });
      expect([400, 404, 414]).toContain(answer.statusCode);
    }
  });
});

describe('what a file brings along', () => {
  test('a drawing keeps what draws; scripts, links, foreign markup and what it would load are left out, and staff are told', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    const answer = await shirase.send(browser, SHOWN, { name: 'x.svg', type: 'text/plain', bytes: SVG });
    expect(answer.statusCode).toBe(303);
    const told = (await browser.get(answer.headers.location as string)).body;
    for (const part of ['&lt;script&gt;', 'onload', '&lt;foreignObject&gt;', 'onclick']) expect(told).toContain(part);
    const [path = ''] = files(await shirase.page());
    const svg = (await shirase.app.inject({ url: path })).body;
    expect(svg).toContain('認証サーバー &amp; 51台');
    expect(svg).toContain('<use href="#box">');
    expect(svg).not.toMatch(/script|onload|onclick|foreignObject|evil|javascript|@import|hidden|xhtml/i);
  });

  test.each([
    ['a script', pdf('/OpenAction<</S/JavaScript/JS(app.alert(1))>>')],
    ['a script with an escaped name', pdf('/Names<</J#61vaScript 2 0 R>>')],
    ['a program to start', pdf('/A<</S/Launch/F(cmd.exe)>>')],
    ['no end', '%PDF-1.7\nhello'],
    ['a key', pdf('/Encrypt 3 0 R')],
  ])('a paper with %s is refused in words', async (_, bytes) => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    const answer = await shirase.send(
      browser,
      { ...SHOWN, kind: 'document' },
      { name: 'x.pdf', type: 'application/pdf', bytes },
    );
    expect([answer.statusCode, answer.body.includes('このPDF')]).toEqual([422, true]);
  });

  test('a plain paper is handed out to be saved, never opened inside our pages', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    await shirase.send(browser, { ...SHOWN, kind: 'document' }, { name: 'x.pdf', type: 'image/png', bytes: pdf() });
    const [path = ''] = files(await shirase.page());
    const file = await shirase.app.inject({ url: path });
    expect([file.headers['content-type'], file.headers['content-disposition']]).toEqual([
      'application/pdf',
      'attachment',
    ]);
  });
});

describe('programs', () => {
  test('attach with a key, are told of wrong fields as a problem, and see the list', async () => {
    const shirase = await desk();
    const headers = await keyFor(shirase.db, shirase.clock, 'notices:write', 'notices:read');
    const url = `/api/v1/notices/${shirase.id}/attachments`;
    const form = multipart({ kind: 'photo', ...SHOWN }, PNG);
    const answer = await shirase.app.inject({
      method: 'POST',
      url,
      payload: form.payload,
      headers: { ...form.headers, ...headers },
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ kind: 'photo', type: 'image/png', version: 1, width: 1, height: 1 });
    const wrong = multipart({ kind: 'song' });
    const refused = await shirase.app.inject({
      method: 'POST',
      url,
      payload: wrong.payload,
      headers: { ...wrong.headers, ...headers },
    });
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([
      422,
      'application/problem+json; charset=utf-8',
    ]);
    const { errors } = refused.json<{ errors: { field: string }[] }>();
    expect(errors.map(({ field }) => field).sort()).toEqual(['alternative.ja', 'file', 'kind']);
    const list = await shirase.app.inject({ url, headers });
    expect(list.json<{ attachments: unknown[] }>().attachments).toHaveLength(1);
  });

  test('a form of another site, or without its token, attaches nothing', async () => {
    const shirase = await desk();
    const browser = await staffAt(shirase, 'publisher');
    const cookies = Object.fromEntries(browser.cookies);
    const answer = await shirase.app.inject({
      method: 'POST',
      url: shirase.base,
      cookies,
      ...multipart({ kind: 'photo', ...SHOWN }, PNG),
    });
    expect(answer.statusCode).toBe(403);
    expect(files(await shirase.page())).toEqual([]);
  });
});
