import { setTimeout as wait } from 'node:timers/promises';
import { SECOND } from '../../time.ts';
import type { Edition } from '../edition/edition.ts';
import { surrogateKey } from '../edition/printed.ts';

export interface PurgeGround {
  edition: Edition;
  /** Takes POST with JSON `{edition, keys, paths}`: a CDN's own interface, or a few lines before it. */
  url: string;
  /** Sent as a bearer token. */
  token: string | undefined;
  warn: (error: unknown, message: string) => void;
}

/** Above so many keys everything is let go of at once, by the key that all pages carry. */
const MANY = 200;

const PATIENCE = 5 * SECOND;
const PAUSES = [1 * SECOND, 4 * SECOND, 15 * SECOND];

/**
 * Tells a CDN after each publication which of its copies are old. What changes by the clock alone runs out there by itself within
 * seconds (Cache-Control). Where the CDN does not answer, what was to be said is added to the next try.
 */
export class Purge {
  readonly #ground: PurgeGround;
  readonly #ending = new AbortController();
  #told: number | undefined;
  #paths = new Set<string>();
  #telling: Promise<void> | undefined;

  constructor(ground: PurgeGround) {
    this.#ground = ground;
  }

  start(): void {
    const { edition } = this.#ground;
    this.#told = edition.number;
    edition.onPrinted((changed) => {
      if (edition.number === this.#told) return;
      this.#told = edition.number;
      for (const path of changed) this.#paths.add(path);
      this.#telling ??= this.#tell();
    });
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#telling;
  }

  async #tell(): Promise<void> {
    let failures = 0;
    while (this.#paths.size > 0 && !this.#ending.signal.aborted) {
      const paths = this.#paths;
      this.#paths = new Set();
      try {
        await this.#post([...paths]);
        failures = 0;
      } catch (error) {
        const pause = PAUSES[failures];
        failures += 1;
        if (pause === undefined || this.#ending.signal.aborted) {
          this.#ground.warn(error, 'the CDN was not told of the new edition; its copies run out by themselves');
          break;
        }
        for (const path of paths) this.#paths.add(path);
        await wait(pause, undefined, { signal: this.#ending.signal }).catch(() => {});
      }
    }
    this.#telling = undefined;
  }

  async #post(paths: string[]): Promise<void> {
    const { url, token, edition } = this.#ground;
    const keys = [...new Set(paths.map(surrogateKey))];
    const all = keys.length > MANY;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ edition: edition.number, keys: all ? ['edition'] : keys, paths: all ? [] : paths }),
      // The token is for nobody else.
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(PATIENCE), this.#ending.signal]),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${new URL(url).origin} answered ${answer.status}`);
  }
}
