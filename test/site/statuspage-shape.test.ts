import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/time.ts';
import { faultInput } from '../support/notices.ts';
import { ADDRESSES, type Summary } from './statuspage-paper.ts';
import { busyPage, statuspageWorld } from './statuspage-world.ts';

describe('the eight addresses', () => {
  test('answer every field of the paper and no other, full or empty, in both languages', async () => {
    const [full, empty] = [await busyPage(), await statuspageWorld()];
    for (const { path, schema } of ADDRESSES) {
      for (const world of [full, empty]) {
        const result = schema.safeParse(await world.get(path));
        expect(result.error?.issues, path).toBeUndefined();
      }
    }
    const all = (await full.get('/api/v2/summary.json')) as Summary;
    expect([all.incidents.length, all.scheduled_maintenances.length]).toEqual([1, 2]);
    expect(all.scheduled_maintenances.map((one) => one.status)).toEqual(['in_progress', 'scheduled']);
  });

  test('answer HEAD as GET, any site’s script, and 304 to who has it', async () => {
    const { base } = await busyPage();
    for (const { path } of ADDRESSES) {
      const answer = await fetch(base + path);
      expect(answer.status, path).toBe(200);
      const bytes = Buffer.from(await answer.arrayBuffer());
      const etag = answer.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]+"$/);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(bytes.length).toBeGreaterThan(100);
      const head = await fetch(base + path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      for (const header of ['etag', 'content-type', 'access-control-allow-origin']) {
        expect(head.headers.get(header)).toBe(answer.headers.get(header));
      }
      const again = await fetch(base + path, { headers: { 'if-none-match': etag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('access-control-allow-origin')).toBe('*');
    }
    expect((await fetch(`${base}/api/v2/subscribers.json`)).status).toBe(404);
  });

  test('keep their bytes until something is published or turns', async () => {
    const { base, clock, app, publish } = await busyPage();
    const tags = async () => {
      const answers = await Promise.all(ADDRESSES.map(({ path }) => fetch(base + path, { method: 'HEAD' })));
      return answers.map((answer) => answer.headers.get('etag'));
    };
    const before = await tags();
    clock.advance(10 * MINUTE);
    await app.edition.refresh();
    expect(await tags()).toEqual(before);
    await publish(faultInput());
    const after = await tags();
    expect(after.filter((tag) => before.includes(tag))).toEqual([]);
  });
});
