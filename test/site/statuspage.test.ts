import { describe, expect, test } from 'vitest';
import { faultInput, nextReport } from '../support/notices.ts';
import { statuspageWorld } from './statuspage-world.ts';

const START = '2014-03-06T07:34:00+09:00';
const down = (service: string, facilities: string[] | 'all', symptom = 'unavailable') => ({
  service,
  facilities,
  symptom,
  startedAt: START,
});
const recovery = (impact: string, at = '2014-03-06T14:22:00+09:00') => ({ impact, at });
const statusesIn = (components: { name: string; status: string }[]) =>
  Object.fromEntries(components.map((one) => [one.name, one.status]));

describe('a Statuspage client', () => {
  test('finds all well where nothing is published', async () => {
    const { polling, typed } = await statuspageWorld();
    expect((await polling.status()).status).toEqual({ indicator: 'none', description: 'All Systems Operational' });
    const summary = await polling.summary();
    expect(summary.page.name).toBe('OCN');
    expect(summary.page.url).toBe('http://status.example');
    expect(summary.page.updated_at).toEqual(new Date('2014-03-06T08:00:00+09:00'));
    expect([summary.incidents, summary.scheduled_maintenances]).toEqual([[], []]);
    expect(statusesIn((await typed.getComponents()).components)).toEqual({
      メール: 'operational',
      OCNメール: 'operational',
      Webメール: 'operational',
      'OCN ID認証': 'operational',
    });
    expect((await polling.allIncidents()).incidents).toEqual([]);
    expect((await polling.allScheduledMaintenances()).scheduled_maintenances).toEqual([]);
    expect((await typed.incidents.getAll()).incidents).toEqual([]);
    expect((await typed.scheduledMaintenances.getUpcoming()).scheduled_maintenances).toEqual([]);
  });

  test('follows a fault from the first report through a partial recovery to the end of its delays', async () => {
    const { polling, typed, publish, report, at } = await statuspageWorld();
    const impacts = [down('mail', 'all'), down('ocn-id', 'all', 'login'), down('mail', ['051'], 'delayed')];
    const { id } = await publish(faultInput({ impacts }, { cause: { state: 'investigating' } }));
    expect((await polling.status()).status).toEqual({ indicator: 'major', description: 'Partial System Outage' });
    const [first] = (await polling.unresolvedIncidents()).incidents;
    expect(first).toMatchObject({
      name: 'OCNメールがご利用いただけません',
      status: 'investigating',
      impact: 'critical',
      started_at: new Date(START),
      created_at: new Date('2014-03-06T08:00:00+09:00'),
      monitoring_at: null,
      resolved_at: null,
      shortlink: `http://status.example/notices/${id}`,
    });

    await at('2014-03-06T14:30:00+09:00');
    await report(id, nextReport({ phase: 'partial_recovery', recovered: [recovery(`${id}-1`)] }));
    const { components, incidents } = await polling.summary();
    expect(statusesIn(components ?? [])).toEqual({
      メール: 'degraded_performance',
      OCNメール: 'degraded_performance',
      Webメール: 'operational',
      'OCN ID認証': 'degraded_performance',
    });
    expect(incidents?.[0]).toMatchObject({ status: 'identified', impact: 'critical', resolved_at: null });
    expect((await typed.getStatus()).status).toEqual({ indicator: 'minor', description: 'Partially Degraded Service' });
    const [newest] = (await typed.incidents.getUnresolved()).incidents[0]?.incident_updates ?? [];
    expect(newest).toMatchObject({
      body: '本文です。',
      display_at: '2014-03-06T05:30:00.000Z',
      affected_components: [
        { name: 'メール - OCNメール', old_status: 'major_outage', new_status: 'degraded_performance' },
        { name: 'OCN ID認証', old_status: 'degraded_performance', new_status: 'degraded_performance' },
      ],
    });

    await at('2014-03-06T15:00:00+09:00');
    await report(id, nextReport({ phase: 'recovery', recovered: [recovery(`${id}-2`)] }));
    expect((await polling.unresolvedIncidents()).incidents[0]).toMatchObject({
      status: 'monitoring',
      monitoring_at: new Date('2014-03-06T15:00:00+09:00'),
      resolved_at: null,
    });

    await at('2014-03-06T20:00:00+09:00');
    const cleared = recovery(`${id}-3`, '2014-03-06T19:50:00+09:00');
    await report(id, nextReport({ phase: 'delay_recovery', recovered: [cleared] }));
    expect((await polling.unresolvedIncidents()).incidents).toEqual([]);
    expect((await polling.status()).status.indicator).toBe('none');
    expect((await polling.allIncidents()).incidents[0]).toMatchObject({
      status: 'resolved',
      impact: 'critical',
      resolved_at: new Date('2014-03-06T19:50:00+09:00'),
      updated_at: new Date('2014-03-06T20:00:00+09:00'),
    });
  });

  test('hears of each new report by polling', async () => {
    const { updates, publish, report, at } = await statuspageWorld();
    const { id } = await publish(faultInput());
    const watcher = updates();
    const heard: string[] = [];
    watcher.on('incident_update', (incident) => heard.push(incident.incident_updates[0]?.body ?? ''));
    await watcher.fetch();
    await at('2014-03-06T08:30:00+09:00');
    await report(id, nextReport({ phase: 'update', body: { ja: '調査を続けています。' } }));
    await watcher.fetch();
    expect(watcher.checkUpdate()).toBe(true);
    // an older fault that is told of later is news too
    await at('2014-03-06T09:00:00+09:00');
    await publish(faultInput({ occurredAt: '2014-03-01T07:00:00+09:00' }, { body: { ja: '先週からの故障です。' } }));
    await watcher.fetch();
    expect(watcher.checkUpdate()).toBe(true);
    expect(heard).toEqual(['調査を続けています。', '先週からの故障です。']);
  });

  test('finds a work ahead, under way, to be verified and done, by the clock and by what staff say', async () => {
    const { polling, typed, publish, report, at } = await statuspageWorld();
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    const work = {
      kind: 'work',
      planned,
      occurredAt: undefined,
      impacts: [{ ...down('mail', 'all'), startedAt: undefined }],
    };
    const { id } = await publish(faultInput(work, { phase: 'plan' }));
    const works = async () => ({
      upcoming: (await polling.upcomingScheduledMaintenances()).scheduled_maintenances.map((one) => one.status),
      active: (await polling.activeScheduledMaintenances()).scheduled_maintenances.map((one) => one.status),
      all: (await polling.allScheduledMaintenances()).scheduled_maintenances.map((one) => one.status),
      summary: (await polling.summary()).scheduled_maintenances?.map((one) => one.status),
      mail: statusesIn((await polling.components()).components).OCNメール,
    });
    const scheduled = { upcoming: ['scheduled'], active: [], all: ['scheduled'], summary: ['scheduled'] };
    expect(await works()).toEqual({ ...scheduled, mail: 'operational' });
    expect((await typed.scheduledMaintenances.getUpcoming()).scheduled_maintenances[0]).toMatchObject({
      impact: 'maintenance',
      scheduled_for: '2014-03-09T17:00:00.000Z',
      scheduled_until: '2014-03-09T20:00:00.000Z',
      resolved_at: null,
    });

    await at('2014-03-10T02:00:00+09:00');
    const active = { upcoming: [], active: ['in_progress'], all: ['in_progress'], summary: ['in_progress'] };
    expect(await works()).toEqual({ ...active, mail: 'under_maintenance' });
    expect((await polling.summary()).status.description).toBe('Service Under Maintenance');
    expect((await polling.summary()).page.updated_at).toEqual(new Date(planned.from));
    await report(id, nextReport({ phase: 'start' }));

    await at('2014-03-10T05:00:00+09:00');
    const verifying = { upcoming: [], active: ['verifying'], all: ['verifying'], summary: ['verifying'] };
    expect(await works(), 'begun by hand and not yet ended').toEqual({ ...verifying, mail: 'operational' });

    await at('2014-03-10T05:20:00+09:00');
    await report(id, nextReport({ phase: 'complete' }));
    expect(await works()).toEqual({ upcoming: [], active: [], all: ['completed'], summary: [], mail: 'operational' });
    const [done] = (await polling.allScheduledMaintenances()).scheduled_maintenances;
    expect(done?.resolved_at).toEqual(new Date('2014-03-10T05:20:00+09:00'));
    expect(done?.incident_updates.map((update) => update.status)).toEqual(['completed', 'in_progress', 'scheduled']);
  });

  test('keeps a fault with its final report as a postmortem, and a cancelled work as completed', async () => {
    const { polling, publish, report, at } = await statuspageWorld();
    const { id } = await publish(faultInput());
    await at('2014-03-06T15:00:00+09:00');
    await report(id, nextReport({ phase: 'recovery', recovered: [recovery(`${id}-1`)] }));
    await at('2014-07-18T10:00:00+09:00');
    const causes = [{ text: '蓄積装置の故障です。' }];
    const measures = [{ field: 'hardware', status: 'done', text: '交換しました。' }];
    await report(id, nextReport({ phase: 'final', causes, measures, body: { ja: '原因と対策です。' } }));
    const [incident] = (await polling.allIncidents()).incidents;
    expect(incident).toMatchObject({
      status: 'postmortem',
      impact: 'major',
      resolved_at: new Date('2014-03-06T14:22:00+09:00'),
      updated_at: new Date('2014-07-18T10:00:00+09:00'),
    });
    expect(incident?.incident_updates.map((update) => [update.status, update.body])).toEqual([
      ['postmortem', '原因と対策です。'],
      ['resolved', '本文です。'],
      ['investigating', '7時34分頃からご利用いただけません。'],
    ]);

    const planned = { from: '2014-07-20T02:00:00+09:00', to: '2014-07-20T05:00:00+09:00' };
    const impacts = [{ service: 'mail', facilities: 'all', symptom: 'unavailable' }];
    const work = await publish(
      faultInput({ kind: 'work', planned, occurredAt: undefined, impacts }, { phase: 'plan' }),
    );
    await at('2014-07-19T10:00:00+09:00');
    await report(work.id, nextReport({ phase: 'cancel' }));
    await at('2014-07-20T03:00:00+09:00');
    expect((await polling.activeScheduledMaintenances()).scheduled_maintenances).toEqual([]);
    expect((await polling.allScheduledMaintenances()).scheduled_maintenances[0]).toMatchObject({
      status: 'completed',
      resolved_at: new Date('2014-07-19T10:00:00+09:00'),
    });
    expect((await polling.status()).status.indicator).toBe('none');
  });

  test('reads English names under /en', async () => {
    const { typedEnglish, publish } = await statuspageWorld();
    const { id } = await publish(faultInput());
    const { components, page } = await typedEnglish.getComponents();
    expect(components.map((component) => component.name)).toEqual(['メール', 'OCN Mail', 'Webmail', 'OCN ID']);
    expect(page.url).toBe('http://status.example/en');
    expect((await typedEnglish.incidents.getAll()).incidents[0]).toMatchObject({
      name: 'OCN Mail is unavailable',
      shortlink: `http://status.example/en/notices/${id}`,
    });
  });
});
