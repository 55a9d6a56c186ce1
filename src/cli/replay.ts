import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Listr } from 'listr2';
import { readConfig } from '../config.ts';
import { SYSTEM } from '../staff/audit.ts';
import { addKey } from '../staff/keys.ts';
import { publicUrlOf } from '../start.ts';
import { isoTime, systemClock } from '../time.ts';
import { readDay } from './example/day.ts';
import { type Scene, scenesOf } from './example/scenes.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/**
 * `shirase replay`: the day of 6 March 2014 over the API of a running server. 07:34 is now, and the rest follows at the chosen speed:
 * `--speed 60` makes the fourteen hours fourteen minutes.
 */
export async function replayCommand(words: string[]): Promise<void> {
  const { values } = parseArgs({
    args: words,
    options: { speed: { type: 'string', default: '60' }, url: { type: 'string' }, key: { type: 'string' } },
    strict: true,
  });
  const speed = Number(values.speed);
  if (!(speed > 0)) throw new UsageError('--speed is how many times faster than the day, for example 60.');
  const url = (values.url ?? publicUrlOf(readConfig())).replace(/\/+$/, '');
  await mustRun(url);
  const key = values.key ?? (await ownKey());
  const stage = new Stage(url, key, speed);
  const scenes = scenesOf(readDay());
  const tasks = new Listr(
    scenes.map((scene) => ({
      title: `${scene.at.slice(11, 16)}  ${scene.title}`,
      task: async (_context, task) => {
        await stage.waitFor(scene, (left) => {
          task.output = `in ${left} s`;
        });
        task.title = `${task.title}  ${await stage.play(scene)}`;
      },
    })),
    { rendererOptions: { collapseSubtasks: false }, fallbackRenderer: 'simple', exitOnError: true },
  );
  process.stdout.write(
    `6 March 2014 on ${url}, ${speed} times as fast. Watch ${url}/ and ${url}/my; Ctrl-C ends it.\n`,
  );
  await tasks.run();
  process.stdout.write(`${await stage.deliveries()}\n`);
}

async function mustRun(url: string): Promise<void> {
  const answer = await fetch(`${url}/healthz`).catch(() => undefined);
  if (answer?.ok) return;
  throw new Error(`No Shirase answers at ${url}. Start it with npm start, or name another with --url.`);
}

function ownKey(): Promise<string> {
  return withDatabase((db) =>
    addKey(db, systemClock, SYSTEM, { name: 'replay', scopes: ['notices:write', 'notices:read'] }),
  );
}

/** A running server, with the day's clock mapped to now. */
class Stage {
  readonly #url: string;
  readonly #key: string;
  readonly #speed: number;
  readonly #began = systemClock.now();
  /** What the server called the notices of the day. */
  readonly #ids = new Map<string, string>();

  constructor(url: string, key: string, speed: number) {
    this.#url = url;
    this.#key = key;
    this.#speed = speed;
  }

  async waitFor(scene: Scene, tell: (secondsLeft: number) => void): Promise<void> {
    for (;;) {
      const left = this.#now(scene.at) - systemClock.now();
      if (left <= 0) return;
      tell(Math.ceil(left / 1000));
      await wait(Math.min(left, 1000));
    }
  }

  /** @returns how it went, for the display. */
  async play(scene: Scene): Promise<string> {
    const { path, body } = scene.request({
      time: (iso) => isoTime(Math.min(this.#now(iso), systemClock.now()), readConfig().timeZone),
      id: (name) => this.#ids.get(name) ?? '',
    });
    const answer = await this.#call(path, { method: 'POST', body: JSON.stringify(body) });
    if (answer.id && scene.opens) this.#ids.set(scene.opens, answer.id);
    return answer.id ? `→ ${answer.id} (${answer.state})` : '';
  }

  async deliveries(): Promise<string> {
    const lines: string[] = ['Mails by notice and slot:'];
    for (const [name, id] of this.#ids) {
      const { slots = [] } = await this.#call(`/api/v1/notices/${id}/deliveries`, {});
      lines.push(
        `  ${name} ${id}: ${slots.map((s) => `slot ${s.slot} ${s.phase}: ${s.sent} sent, ${s.queued} queued`).join('; ') || 'none'}`,
      );
    }
    return lines.join('\n');
  }

  #now(iso: string): number {
    return this.#began + (Date.parse(iso) - Date.parse('2014-03-06T07:34:00+09:00')) / this.#speed;
  }

  async #call(path: string, init: RequestInit): Promise<{ id?: string; state?: string; slots?: Slot[] }> {
    const answer = await fetch(this.#url + path, {
      ...init,
      headers: { authorization: `Bearer ${this.#key}`, ...(init.body ? { 'content-type': 'application/json' } : {}) },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text === '' ? {} : (JSON.parse(text) as { id?: string });
  }
}

interface Slot {
  slot: number;
  phase: string;
  sent: number;
  queued: number;
}
