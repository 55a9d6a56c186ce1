import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { compresses, type Encoding } from '../../http/encoding.ts';
import type { FlatHeaders } from '../../http/flat.ts';
import { Room } from './room.ts';

/** What is sent for one encoding. */
export interface Answer {
  headers: FlatHeaders;
  /** The same without those of the body: for 304. */
  unchanged: FlatHeaders;
  body: Buffer;
  etag: string;
}

/** Bytes that were unpacked for who asked for them, all pages together. */
const unpacked = new Room(24 * 1024 * 1024);

/**
 * The bytes of one address. Kept compressed, as nearly everybody asks for them: years of notices must fit into a small machine.
 * What else is asked for is made at its first request and stays while there is room.
 */
export class Page {
  readonly type: string;
  /** Of the identity; each encoding, being other bytes, has its own ETag made of it. */
  readonly tag: string;
  readonly #headers: Record<string, string>;
  #packed: Buffer | undefined;
  readonly #compressed: boolean;
  #answers: Partial<Record<Encoding, Answer>> = {};

  /** @param headers beside Content-Type, -Length, -Encoding and ETag. */
  constructor(bytes: string | Buffer, type: string, headers: Record<string, string> = {}) {
    const body = Buffer.from(bytes as string);
    this.type = type;
    this.tag = createHash('sha256').update(body).digest('base64url').slice(0, 27);
    this.#headers = headers;
    this.#compressed = compresses(type);
    // Copied: what zlib gives is the beginning of 16 KB that would all be kept.
    this.#packed = this.#compressed ? Buffer.from(gzipSync(body)) : body;
  }

  /** How much room it takes as it is kept. */
  get bytes(): number {
    return this.#packed?.length ?? 0;
  }

  /** Whether it was dropped: it has to be printed again. */
  get gone(): boolean {
    return this.#packed === undefined;
  }

  drop(): void {
    this.#packed = undefined;
    this.#answers = {};
  }

  /** Unpacked, and not kept. */
  identity(): Buffer {
    const kept = this.#packed ?? Buffer.alloc(0);
    return this.#compressed ? gunzipSync(kept) : kept;
  }

  answer(encoding: Encoding): Answer {
    const wanted = this.#compressed ? encoding : 'identity';
    return this.#answers[wanted] ?? this.#prepare(wanted);
  }

  #prepare(encoding: Encoding): Answer {
    const kept = this.#packed ?? Buffer.alloc(0);
    const packed = this.#compressed ? encoding === 'gzip' : true;
    const body = packed ? kept : encoding === 'br' ? brotli(this.identity()) : this.identity();
    const etag = `"${this.tag}${encoding === 'identity' ? '' : `-${encoding}`}"`;
    const shared = { ...this.#headers, etag, ...(this.#compressed ? { vary: 'accept-encoding' } : {}) };
    const answer: Answer = {
      etag,
      body,
      unchanged: Object.entries(shared).flat(),
      headers: Object.entries({
        ...shared,
        'content-type': this.type,
        'content-length': String(body.length),
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      }).flat(),
    };
    this.#answers[encoding] = answer;
    if (!packed) unpacked.take(this, body.length, () => (this.#answers = {}));
    return answer;
  }
}

/** Level 5: a page of 20 KB in a millisecond, within a few percent of the smallest. */
function brotli(bytes: Buffer): Buffer {
  return Buffer.from(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }));
}
