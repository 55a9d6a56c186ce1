import pg from 'pg';
import type { Hosts } from './hosts.ts';

/** Milliseconds from a lost connection to the next try. */
const AGAIN = 2000;

/**
 * Listens on a connection of its own for the word that there is a new edition (migration edition-told). It may die, miss a word or
 * be refused by a replica; nobody relies on it.
 */
export class Listener {
  readonly #hosts: Hosts;
  readonly #heard: () => void;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(hosts: Hosts, heard: () => void) {
    this.#hosts = hosts;
    this.#heard = heard;
    void this.#listen();
  }

  readonly stop = async (): Promise<void> => {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => {});
  };

  async #listen(): Promise<void> {
    const url = this.#hosts.current;
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, keepAlive: true });
    this.#client = client;
    client.on('error', () => {});
    client.on('notification', () => this.#heard());
    client.once('end', () => this.#later());
    try {
      await client.connect();
      await client.query('LISTEN shirase_edition');
    } catch {
      await client.end().catch(() => {});
      this.#later();
    }
  }

  #later(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#listen(), AGAIN);
    this.#timer.unref();
  }
}
