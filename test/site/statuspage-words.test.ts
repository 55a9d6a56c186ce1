import { describe, expect, test } from 'vitest';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { plainLine, plainText } from '../../src/site/statuspage/text.ts';
import { MINUTE } from '../../src/time.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import type { Summary } from './statuspage-paper.ts';
import { busyPage, type StatuspageWorld, statuspageWorld } from './statuspage-world.ts';

describe('what Statuspage clients are told', () => {
  test('keeps its ids on another server with another database', async () => {
    const [one, other] = [await busyPage(), await busyPage()];
    const idsOf = async (world: StatuspageWorld) => {
      const all = JSON.stringify(await world.get('/api/v2/summary.json'));
      return [...all.matchAll(/"(?:id|code|group_id|page_id|incident_id)":"(\w+)"/g)].map((match) => match[1]);
    };
    const ids = await idsOf(one);
    expect(await idsOf(other)).toEqual(ids);
    expect(new Set(ids).size).toBeGreaterThan(10);
    const elsewhere = await busyPage({ publicUrl: 'https://status.elsewhere.example' });
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
    await report(id, nextReport({ phase: 'update', impacts, reopenReason: '同じ設備で再発したため' }));
    const { incidents, status } = (await get('/api/v2/summary.json')) as Summary;
    expect(incidents[0]).toMatchObject({ status: 'identified', impact: 'critical', resolved_at: null });
    expect(status.indicator).toBe('major');
  });

  test('names what was hit where the first report is also that of its recovery', async () => {
    const { get, publish } = await statuspageWorld();
    const impacts = [
      { service: 'ocn-id', facilities: 'all', symptom: 'login', recoveredAt: '2014-03-06T07:50:00+09:00' },
    ];
    await publish(faultInput({ impacts }));
    const [incident] = ((await get('/api/v2/incidents.json')) as Summary).incidents;
    expect(incident).toMatchObject({
      status: 'resolved',
      impact: 'minor',
      resolved_at: '2014-03-05T22:50:00.000Z',
      incident_updates: [
        { affected_components: [{ name: 'OCN ID認証', old_status: 'operational', new_status: 'operational' }] },
      ],
    });
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

  test('carries nothing that is not seen, wherever it came from', () => {
    expect(plainText('a\u0000\u0007b\u009b[31m\u202ec\n\td')).toBe('ab[31mc\n\td');
    expect(plainLine(' a\r\nb\u2028c ')).toBe('a b c');
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
