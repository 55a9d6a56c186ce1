import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { type StatuspageWorld, statuspageWorld } from './statuspage-world.ts';

const id = z.string().regex(/^[a-z0-9]{12}$/);
const time = z.iso.datetime({ precision: 3 });
const componentStatus = z.enum([
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
]);
const page = z.strictObject({
  id,
  name: z.string().min(1),
  url: z.url(),
  time_zone: z.literal('Asia/Tokyo'),
  updated_at: time,
});
const status = z.strictObject({ indicator: z.enum(['none', 'minor', 'major', 'critical']), description: z.string() });
const component = z.strictObject({
  id,
  name: z.string().min(1),
  status: componentStatus,
  created_at: time,
  updated_at: time,
  position: z.int().min(1),
  description: z.null(),
  showcase: z.boolean(),
  start_date: z.null(),
  group_id: id.nullable(),
  page_id: id,
  group: z.boolean(),
  only_show_if_degraded: z.boolean(),
  components: z.array(id).min(1).optional(),
});
const update = (statuses: z.ZodEnum) =>
  z.strictObject({
    id,
    status: statuses,
    body: z.string().min(1).max(25_000),
    incident_id: id,
    created_at: time,
    updated_at: time,
    display_at: time,
    affected_components: z
      .array(z.strictObject({ code: id, name: z.string(), old_status: componentStatus, new_status: componentStatus }))
      .min(1)
      .nullable(),
    deliver_notifications: z.boolean(),
    custom_tweet: z.null(),
    tweet_id: z.null(),
  });
const story = <Statuses extends z.ZodEnum>(statuses: Statuses) => ({
  id,
  name: z.string().min(1).max(255),
  status: statuses,
  created_at: time,
  updated_at: time,
  monitoring_at: time.nullable(),
  resolved_at: time.nullable(),
  impact: z.enum(['none', 'maintenance', 'minor', 'major', 'critical']),
  shortlink: z.url(),
  started_at: time,
  page_id: id,
  incident_updates: z.array(update(statuses)).min(1),
  components: z.array(component),
});
const incidents = z.array(
  z.strictObject(story(z.enum(['investigating', 'identified', 'monitoring', 'resolved', 'postmortem']))),
);
const scheduled_maintenances = z.array(
  z.strictObject({
    ...story(z.enum(['scheduled', 'in_progress', 'verifying', 'completed'])),
    scheduled_for: time,
    scheduled_until: time,
  }),
);
const components = z.array(component);

/** The paper's eight addresses with what each of them holds. */
const ANSWERS = {
  'summary.json': z.strictObject({ page, components, incidents, scheduled_maintenances, status }),
  'status.json': z.strictObject({ page, status }),
  'components.json': z.strictObject({ page, components }),
  'incidents.json': z.strictObject({ page, incidents }),
  'incidents/unresolved.json': z.strictObject({ page, incidents }),
  'scheduled-maintenances.json': z.strictObject({ page, scheduled_maintenances }),
  'scheduled-maintenances/upcoming.json': z.strictObject({ page, scheduled_maintenances }),
  'scheduled-maintenances/active.json': z.strictObject({ page, scheduled_maintenances }),
};
const ADDRESSES = ['', '/en'].flatMap((prefix) =>
  Object.entries(ANSWERS).map(([name, schema]) => ({ path: `${prefix}/api/v2/${name}`, schema })),
);

/** A fault that is over, one that is open, a work ahead and one under way. */
async function busy(options: Parameters<typeof statuspageWorld>[0] = {}): Promise<StatuspageWorld> {
  const world = await statuspageWorld(options);
  const over = await world.publish(faultInput());
  const recovered = [{ impact: `${over.id}-1`, at: '2014-03-06T08:00:00+09:00' }];
  await world.report(over.id, nextReport({ phase: 'recovery', recovered }));
  await world.publish(faultInput({ impacts: [{ service: 'ocn-id', facilities: 'all', symptom: 'login' }] }));
  for (const from of ['2014-03-06T07:00:00+09:00', '2014-03-07T07:00:00+09:00']) {
    const planned = { from, to: from.replace('T07', 'T23') };
    const impacts = [{ service: 'webmail', facilities: 'all', symptom: 'unavailable' }];
    await world.publish(faultInput({ kind: 'work', planned, occurredAt: undefined, impacts }, { phase: 'plan' }));
  }
  return world;
}

describe('the eight addresses', () => {
  test('answer every field of the paper and no other, full or empty, in both languages', async () => {
    const [full, empty] = [await busy(), await statuspageWorld()];
    for (const { path, schema } of ADDRESSES) {
      for (const world of [full, empty]) {
        const result = (schema as z.ZodType).safeParse(await world.get(path));
        expect(result.error?.issues, path).toBeUndefined();
      }
    }
    const all = (await full.get('/api/v2/summary.json')) as z.output<(typeof ANSWERS)['summary.json']>;
    expect([all.incidents.length, all.scheduled_maintenances.length]).toEqual([1, 2]);
    expect(all.scheduled_maintenances.map((one) => one.status)).toEqual(['in_progress', 'scheduled']);
  });

  test('answer HEAD as GET, any site’s script, and 304 to who has it', async () => {
    const { base } = await busy();
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
    const { base, clock, app, publish } = await busy();
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

type Summary = z.output<(typeof ANSWERS)['summary.json']>;

describe('what they say', () => {
  test('keeps its ids on another server with another database', async () => {
    const [one, other] = [await busy(), await busy()];
    const idsOf = async (world: StatuspageWorld) => {
      const all = JSON.stringify(await world.get('/api/v2/summary.json'));
      return [...all.matchAll(/"(?:id|code|group_id|page_id|incident_id)":"(\w+)"/g)].map((match) => match[1]);
    };
    const ids = await idsOf(one);
    expect(await idsOf(other)).toEqual(ids);
    expect(new Set(ids).size).toBeGreaterThan(10);
    const elsewhere = await busy({ publicUrl: 'https://status.elsewhere.example' });
    expect((await idsOf(elsewhere)).filter((one) => ids.includes(one))).toEqual([]);
  });

  test('puts services into their groups, which have the worst status among them', async () => {
    const { get, publish } = await statuspageWorld();
    await publish(faultInput());
    const { components } = (await get('/api/v2/summary.json')) as Summary;
    const [group, mail, webmail, id] = components;
    expect(components.map((one) => [one.name, one.position, one.group])).toEqual([
      ['メール', 1, true],
      ['OCNメール', 1, false],
      ['Webメール', 2, false],
      ['OCN ID認証', 2, false],
    ]);
    expect(group?.components).toEqual([mail?.id, webmail?.id]);
    expect([group?.group_id, mail?.group_id, webmail?.group_id, id?.group_id]).toEqual([
      null,
      group?.id,
      group?.id,
      null,
    ]);
    expect([group?.status, mail?.status, webmail?.status]).toEqual(['partial_outage', 'partial_outage', 'operational']);
    expect(Object.keys(id ?? {})).not.toContain('components');
  });

  test('dates a component by its own last change and the page by the last of all', async () => {
    const { get, publish, report, at } = await statuspageWorld();
    const dates = async () => {
      const { page, components } = (await get('/api/v2/summary.json')) as Summary;
      const named = components.map((one) => [one.name, one.updated_at.slice(5, 16)]);
      return { page: page.updated_at.slice(5, 16), ...Object.fromEntries(named) } as Record<string, string>;
    };
    const entered = '03-05T23:00';
    expect(await dates()).toMatchObject({ page: entered, メール: entered, OCNメール: entered });
    await at('2014-03-06T09:00:00+09:00');
    const { id } = await publish(faultInput());
    const told = '03-06T00:00';
    expect(await dates()).toMatchObject({ page: told, メール: told, OCNメール: told, Webメール: entered });
    await at('2014-03-06T10:00:00+09:00');
    await report(id, nextReport({ phase: 'update' }));
    expect(await dates()).toMatchObject({ page: '03-06T01:00', OCNメール: told });
    await at('2014-03-06T15:00:00+09:00');
    await report(
      id,
      nextReport({ phase: 'recovery', recovered: [{ impact: `${id}-1`, at: '2014-03-06T14:00:00+09:00' }] }),
    );
    expect(await dates()).toMatchObject({ page: '03-06T06:00', OCNメール: '03-06T06:00', Webメール: entered });
  });

  test('shows a corrected report at its first time, with the time of its correction', async () => {
    const { get, publish, at, ground, app } = await statuspageWorld();
    const { id } = await publish(faultInput());
    await at('2014-03-06T09:00:00+09:00');
    const notices = { ...ground, announce: () => {} };
    await correctReport(notices, publisher, id, 1, { reason: { ja: '誤記' }, body: { ja: '直した本文' } });
    await app.edition.refresh();
    const { incidents } = (await get('/api/v2/summary.json')) as Summary;
    expect(incidents[0]).toMatchObject({
      created_at: '2014-03-05T23:00:00.000Z',
      updated_at: '2014-03-06T00:00:00.000Z',
      incident_updates: [
        {
          body: '直した本文',
          created_at: '2014-03-05T23:00:00.000Z',
          display_at: '2014-03-05T23:00:00.000Z',
          updated_at: '2014-03-06T00:00:00.000Z',
          deliver_notifications: true,
        },
      ],
    });
  });

  test('opens a fault again where it comes back after its final report', async () => {
    const { get, publish, report, at } = await statuspageWorld();
    const { id } = await publish(faultInput());
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T08:00:00+09:00' }];
    await report(id, nextReport({ phase: 'recovery', recovered }));
    const causes = [{ text: '故障' }];
    const measures = [{ field: 'hardware', status: 'done', text: '交換' }];
    await report(id, nextReport({ phase: 'final', causes, measures }));
    expect(((await get('/api/v2/summary.json')) as Summary).incidents).toEqual([]);
    await at('2014-03-06T09:00:00+09:00');
    const impacts = [
      { service: 'mail', facilities: 'all', symptom: 'unavailable', startedAt: '2014-03-06T08:50:00+09:00' },
    ];
    await report(id, nextReport({ phase: 'update', impacts }));
    const { incidents, status } = (await get('/api/v2/summary.json')) as Summary;
    expect(incidents[0]).toMatchObject({ status: 'identified', impact: 'critical', resolved_at: null });
    expect(status.indicator).toBe('major');
  });

  test('is no markup, whatever staff typed', async () => {
    const { get, publish } = await statuspageWorld();
    const evil = '<script>alert(1)</script> <%= it %> </title><img src=x onerror=alert(1)> a < b <!-- c';
    await publish(faultInput({ title: { ja: `"><svg onload=alert(1)>` } }, { body: { ja: `**${evil}**\n2行目` } }));
    for (const path of ['/api/v2/summary.json', '/en/api/v2/incidents.json']) {
      const { incidents } = (await get(path)) as Summary;
      const [incident] = incidents;
      const texts = `${incident?.name} ${incident?.incident_updates[0]?.body}`;
      expect(texts).not.toMatch(/<[a-z/!?]/i);
      // what a reader sees is what was typed
      expect(texts.replaceAll('\u2060', '')).toBe(`"><svg onload=alert(1)> **${evil}**\n2行目`);
    }
  });

  test('holds the fifty newest, and all that is open', async () => {
    const { get, publish, clock, db, ground, app } = await statuspageWorld();
    const first = await publish(faultInput());
    for (let n = 0; n < 54; n++) {
      clock.advance(MINUTE);
      const title = { ja: `故障${n}` };
      await publishNotice({ ...ground, announce: () => {} }, publisher, faultInput({ title }));
    }
    await db.kysely
      .updateTable('impacts')
      .set({ recovered_at: clock.now() })
      .where('notice_id', '!=', first.id)
      .execute();
    await app.edition.refresh();
    const { incidents } = (await get('/api/v2/incidents.json')) as Summary;
    expect(incidents.map((one) => one.name)).toEqual(Array.from({ length: 50 }, (_one, n) => `故障${53 - n}`));
    const open = ((await get('/api/v2/incidents/unresolved.json')) as Summary).incidents;
    expect(open.at(-1)?.shortlink).toContain(first.id);
  });

  test('calls planned work alone maintenance where the operator wants that', async () => {
    const { polling, publish } = await statuspageWorld({ statuspageMaintenance: 'maintenance' });
    const planned = { from: '2014-03-06T07:00:00+09:00', to: '2014-03-06T23:00:00+09:00' };
    const impacts = [{ service: 'webmail', facilities: 'all', symptom: 'unavailable' }];
    await publish(faultInput({ kind: 'work', planned, occurredAt: undefined, impacts }, { phase: 'plan' }));
    expect((await polling.status()).status).toEqual({
      indicator: 'maintenance',
      description: 'Service Under Maintenance',
    });
  });

  test('still names a service that the catalogue no longer has', async () => {
    const { get, publish, db, app } = await statuspageWorld();
    await publish(faultInput());
    await db.kysely.updateTable('services').set({ retired_at: 1 }).execute();
    await db.kysely
      .updateTable('edition')
      .set((eb) => ({ number: eb('number', '+', 1) }))
      .execute();
    await app.edition.refresh();
    const { components, incidents, status } = (await get('/api/v2/summary.json')) as Summary;
    expect(components).toEqual([]);
    expect(incidents[0]?.components.map((one) => [one.name, one.group_id])).toEqual([['OCNメール', null]]);
    expect(status.indicator).toBe('major');
  });
});
