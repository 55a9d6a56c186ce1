import { createHash } from 'node:crypto';
import { Agent, get } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { SECOND } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { listen } from '../support/browser.ts';
import { engine } from '../support/database.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';

const CONNECTIONS = 64;
const REPORTS = 100;

interface Seen {
  status: number | undefined;
  path: string;
  /** Whether the bytes are those that the ETag and the length promise. */
  whole: boolean;
  /** The newest report that the page knows of. */
  report: number;
}

function ask(agent: Agent, base: string, path: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    get(base + path, { agent, headers: { 'accept-encoding': 'identity' } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        const tag = createHash('sha256').update(body).digest('base64url').slice(0, 27);
        const numbers = [...body.toString().matchAll(/第(\d+)報/g)].map(([, number]) => Number(number));
        resolve({
          status: answer.statusCode,
          path,
          whole: answer.headers.etag === `"${tag}"` && Number(answer.headers['content-length']) === body.length,
          report: Math.max(...numbers),
        });
      });
    }).on('error', reject);
  });
}

test.skipIf(engine !== 'sqlite')(
  'while a hundred reports come out, no reader sees an error, half a page or an older edition than before',
  async () => {
    const { app, db, clock } = await startApp();
    await smallCatalogue(db);
    const { id } = await publishNotice(noticeGround(db, clock), publisher, faultInput({ prominent: true }));
    await app.edition.refresh();
    const headers = await keyFor(db, clock, 'notices:write');
    const base = await listen(app);
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    onTestFinished(() => agent.destroy());

    const seen: Seen[][] = Array.from({ length: CONNECTIONS }, () => []);
    const paths = ['/', `/notices/${id}`];
    const read = async (reader: number, turn: number) => {
      seen[reader]?.push(await ask(agent, base, paths[(reader + turn) % 2] ?? '/'));
    };
    for (let n = 2; n <= REPORTS + 1; n++) {
      clock.advance(SECOND);
      // Everybody asks while the report comes out.
      const reading = seen.map((_, reader) => read(reader, n));
      const answer = await fetch(`${base}/api/v1/notices/${id}/reports`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ phase: 'update', body: { ja: `${n}回目の続報です。` }, mail: false, publish: true }),
      });
      expect(answer.status).toBe(201);
      await answer.arrayBuffer();
      await Promise.all(reading);
      // Published is what the next reader sees.
      expect((await ask(agent, base, '/')).report).toBe(n);
    }

    expect(seen.flat().filter((one) => one.status !== 200 || !one.whole)).toEqual([]);
    expect(seen.flat()).toHaveLength(REPORTS * CONNECTIONS);
    // Whatever page a reader opens next, it is of the same edition or a later one.
    for (const one of seen) {
      const reports = one.map(({ report }) => report);
      expect(reports).toEqual([...reports].sort((a, b) => a - b));
    }
  },
);
