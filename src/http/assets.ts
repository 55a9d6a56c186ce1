import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { packageRoot } from '../config.ts';
import { NotFound } from '../errors.ts';
import { compresses, type Encoding, encodingFor, sameTag } from './encoding.ts';
import { safetyHeaders } from './headers.ts';
import { assetsOf } from './look.ts';
import type { Operator } from './views.ts';

/** A file that pages need, under an address with the hash of its content: it can be kept for ever. */
export interface Asset {
  /** `/assets/HASH/style.css` */
  path: string;
  /** Content-Type, with its charset. */
  type: string;
  bytes: Buffer;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
};

/** @throws where nobody has said of which type such a file is. */
export function assetOf(file: string, bytes: Buffer): Asset {
  const type = TYPES[extname(file)];
  if (!type) throw new Error(`${file}: no type is known for it`);
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 10);
  return { path: `/assets/${hash}/${file}`, type, bytes };
}

/** What stands in public/, by name. */
const files = new Map<string, Asset>();
for (const file of readdirSync(join(packageRoot, 'public'))) {
  const bytes = readFileSync(join(packageRoot, 'public', file));
  files.set(file, assetOf(file, extname(file) === '.css' ? Buffer.from(shorterCss(bytes.toString())) : bytes));
}

/** `/assets/HASH/style.css` for `style.css`. */
export function assetPath(file: string): string {
  return assetNamed(file).path;
}

/** What stands in `public/FILE`, for whoever serves it under another address. */
export function assetText(file: string): string {
  return assetNamed(file).bytes.toString();
}

/** @throws where there is no such file. */
function assetNamed(file: string): Asset {
  const asset = files.get(file);
  if (!asset) throw new Error(`public/${file} does not exist`);
  return asset;
}

/** All that pages may ask for beside themselves: what stands in public/ and what the operator has set. */
export function assetFiles(operator: Operator): Asset[] {
  return [...files.values(), ...assetsOf(operator.look)];
}

/**
 * A style sheet without comments, indents and line ends. Strings stay as they are, and so does the one space that may mean
 * something: between selectors, around operators and before a colon.
 */
export function shorterCss(css: string): string {
  return css
    .replace(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\/\*[\s\S]*?\*\/|\s+/g, (_all, text?: string) => text ?? ' ')
    .split(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/ +/g, ' ').replace(/ ?([{};,]) ?|(:) /g, '$1$2')))
    .join('')
    .replaceAll(';}', '}')
    .trim();
}

/** Made at the first request for it; there are only a few files. */
const packed = new WeakMap<Asset, Partial<Record<Encoding, Buffer>>>();

/** Opened by itself a drawing is a page: it may be looked at in its own style, and do nothing. */
const DRAWING_POLICY = "default-src 'none';style-src 'unsafe-inline';img-src data:;frame-ancestors 'none';sandbox";

/** Answers them from memory, beside the edition: without a session, a hook or a line in the log. */
export function assetRoutes(app: FastifyInstance): void {
  const known = new Map(assetFiles(app.operator).map((asset) => [asset.path.split('/')[3] ?? '', asset]));
  const safety = safetyHeaders('open', app.secure);
  const drawing = { ...safety, 'content-security-policy': DRAWING_POLICY };
  const config = { audience: { who: 'everyone' as const } };
  app.get<{ Params: { file: string } }>(
    '/assets/:hash/:file',
    { config, logLevel: 'error' },
    (request, reply): FastifyReply => {
      const asset = known.get(request.params.file);
      if (!asset) throw new NotFound();
      return send(request, reply.headers(asset.path.endsWith('.svg') ? drawing : safety), asset);
    },
  );
}

/**
 * A page that a proxy kept, or that another version of the server made, asks by another hash: it gets the file as it is now
 * rather than none, but nobody may keep that under the wrong address.
 */
function send(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  const right = request.originalUrl.split('?')[0] === asset.path;
  const shrinks = compresses(asset.type);
  const encoding = shrinks ? encodingFor(request.headers['accept-encoding']) : 'identity';
  const etag = `"${asset.path.split('/')[2]}${encoding === 'identity' ? '' : `-${encoding}`}"`;
  reply.headers({ etag, 'cache-control': right ? 'public, max-age=31536000, immutable' : 'no-cache' });
  if (shrinks) reply.header('vary', 'accept-encoding');
  const sent = request.headers['if-none-match'];
  if (sent !== undefined && sameTag(sent, etag)) return reply.code(304).send();
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(asset.type).send(bytesIn(asset, encoding));
}

function bytesIn(asset: Asset, encoding: Encoding): Buffer {
  if (encoding === 'identity') return asset.bytes;
  const done = packed.get(asset) ?? {};
  packed.set(asset, done);
  done[encoding] ??=
    encoding === 'gzip'
      ? gzipSync(asset.bytes, { level: 9 })
      : brotliCompressSync(asset.bytes, {
          params: {
            [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
            [constants.BROTLI_PARAM_SIZE_HINT]: asset.bytes.length,
          },
        });
  return done[encoding];
}
