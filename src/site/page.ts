import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import type { Encoding } from '../http/encoding.ts';

/** What is sent for one encoding. */
export interface Answer {
  headers: Record<string, string>;
  /** The same without those of the body: for 304. */
  unchanged: Record<string, string>;
  body: Buffer;
  etag: string;
}

/**
 * The bytes of one address. Kept compressed, as nearly everybody asks for them: years of notices must fit into a small machine.
 * What else is asked for is made at its first request and stays while there is room.
 */
export class Page {
  readonly type: string;
  /** Of the identity; each encoding, being other bytes, has its own ETag made of it. */
  readonly tag: string;
  readonly #headers: Record<string, string>;
  readonly #packed: Buffer;
  readonly #compressed: boolean;
  #answers: Partial<Record<Encoding, Answer>> = {};

  /** @param headers beside Content-Type, -Length, -Encoding and ETag. */
  constructor(bytes: string | Buffer, type: string, headers: Record<string, string> = {}) {
    const body = Buffer.from(bytes as string);
    this.type = type;
    this.tag = createHash('sha256').update(body).digest('base64url').slice(0, 27);
    this.#headers = headers;
    this.#compressed = !/^image\/(png|jpeg)/.test(type);
    this.#packed = this.#compressed ? gzipSync(body) : body;
  }

  answer(encoding: Encoding): Answer {
    const wanted = this.#compressed ? encoding : 'identity';
    return this.#answers[wanted] ?? this.#prepare(wanted);
  }

  #prepare(encoding: Encoding): Answer {
    const packed = this.#compressed ? encoding === 'gzip' : true;
    const body = packed ? this.#packed : this.#unpack(encoding);
    const etag = `"${this.tag}${encoding === 'identity' ? '' : `-${encoding}`}"`;
    const shared = { ...this.#headers, etag, ...(this.#compressed ? { vary: 'accept-encoding' } : {}) };
    const answer: Answer = {
      etag,
      body,
      unchanged: shared,
      headers: {
        ...shared,
        'content-type': this.type,
        'content-length': String(body.length),
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      },
    };
    this.#answers[encoding] = answer;
    if (!packed) makeRoomFor(this, body.length);
    return answer;
  }

  #unpack(encoding: Encoding): Buffer {
    const body = gunzipSync(this.#packed);
    return encoding === 'br' ? brotli(body) : body;
  }

  /** Lets go of what can be made again. */
  forget(): void {
    this.#answers = {};
  }
}

/** Unpacked bytes of pages that were asked for, oldest first. */
const warm = new Map<Page, number>();
const ROOM = 24 * 1024 * 1024;
let taken = 0;

function makeRoomFor(page: Page, bytes: number): void {
  warm.set(page, (warm.get(page) ?? 0) + bytes);
  taken += bytes;
  for (const [oldest, size] of warm) {
    if (taken <= ROOM) return;
    warm.delete(oldest);
    taken -= size;
    oldest.forget();
  }
}

/** Level 5: a page of 20 KB in a millisecond, within a few percent of the smallest. */
function brotli(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
