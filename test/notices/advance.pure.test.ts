import { describe, expect, test } from 'vitest';
import { advance } from '../../src/notices/advance.ts';
import type { Impact } from '../../src/notices/impact.ts';
import { parseReport, type ReportInput } from '../../src/notices/input.ts';
import { type Notice, noticeState } from '../../src/notices/notice.ts';
import { at } from '../support/clock.ts';

const NOW = at('2014-03-06T15:00:00+09:00');

function fault(overrides: Partial<Notice> = {}): Notice {
  return {
    id: '20140306-1',
    kind: 'fault',
    title: { ja: 'OCNメールがご利用いただけません' },
    rootId: '20140306-1',
    occurredAt: at('2014-03-06T07:34:00+09:00'),
    occurredApproximate: true,
    recognisedAt: null,
    seriousAt: null,
    planned: null,
    actualFrom: null,
    actualTo: null,
    firstPublishedAt: null,
    updatedAt: NOW,
    version: 1,
    impacts: [],
    reports: [],
    ...overrides,
  };
}

function report(overrides: Record<string, unknown>): ReportInput {
  return parseReport({ phase: 'first', body: { ja: '本文' }, ...overrides });
}

/** A notice after these reports, each checked to stand. */
function noticeAfter(...reports: Record<string, unknown>[]): Notice {
  let notice = fault();
  reports.forEach((overrides, index) => {
    const input = report(overrides);
    const { advance: next, problems } = advance(notice, input, NOW);
    expect(problems).toEqual([]);
    notice = {
      ...notice,
      impacts: next.impacts,
      firstPublishedAt: NOW,
      reports: [
        ...notice.reports,
        {
          number: index + 1,
          revision: 0,
          phase: input.phase,
          tellsRecovery: next.tellsRecovery,
          publishedAt: NOW,
          body: input.body,
          picture: next.picture,
          mail: false,
          backfilled: false,
          reason: null,
        },
      ],
    };
  });
  return notice;
}

const stopped = (facilities: string[] | 'all', startedAt = '2014-03-06T07:34:00+09:00') => ({
  service: 'mail',
  facilities,
  symptom: 'unavailable',
  startedAt,
});
const delayed = { service: 'mail', facilities: 'all', symptom: 'delayed', startedAt: '2014-03-06T14:33:00+09:00' };
const recovered = (impact: string, time: string) => ({ impact, at: `2014-03-06T${time}:00+09:00` });
const fields = (notice: Notice, overrides: Record<string, unknown>) =>
  advance(notice, report(overrides), NOW).problems.map((problem) => problem.field);
const ids = (impacts: Impact[]) => impacts.map((impact) => impact.id);

describe('a fault from its first report to its end', () => {
  test('is ongoing, then partly recovered, then recovered, each impact at its own time', () => {
    const first = { phase: 'first', impacts: [stopped(['051']), stopped(['121'])] };
    const partial = { phase: 'partial_recovery', recovered: [recovered('20140306-1-1', '14:22')] };
    const recovery = { phase: 'recovery', recovered: [recovered('20140306-1-2', '14:45')] };
    expect(noticeState(noticeAfter(first), NOW)).toBe('ongoing');
    expect(noticeState(noticeAfter(first, partial), NOW)).toBe('partially_recovered');
    const notice = noticeAfter(first, partial, recovery);
    expect(noticeState(notice, NOW)).toBe('recovered');
    expect(notice.impacts.map((impact) => impact.recoveredAt)).toEqual([
      at('2014-03-06T14:22:00+09:00'),
      at('2014-03-06T14:45:00+09:00'),
    ]);
    expect(notice.reports.map((r) => r.tellsRecovery)).toEqual([false, false, true]);
  });

  test('a recovery may leave a delay, which is cleared by its own report', () => {
    const notice = noticeAfter(
      { phase: 'first', impacts: [stopped(['051']), delayed] },
      { phase: 'recovery', recovered: [recovered('20140306-1-1', '14:22')] },
    );
    expect(noticeState(notice, NOW)).toBe('delayed');
    const cleared = noticeAfter(
      { phase: 'first', impacts: [stopped(['051']), delayed] },
      { phase: 'recovery', recovered: [recovered('20140306-1-1', '14:22')] },
      { phase: 'delay_recovery', recovered: [recovered('20140306-1-2', '14:59')] },
    );
    expect(noticeState(cleared, NOW)).toBe('recovered');
    expect(cleared.reports.at(-1)?.tellsRecovery).toBe(false);
  });

  test('first and recovery may be one report', () => {
    const notice = noticeAfter({
      phase: 'first',
      impacts: [{ ...stopped(['051']), recoveredAt: '2014-03-06T14:22:00+09:00' }],
    });
    expect(noticeState(notice, NOW)).toBe('recovered');
    expect(notice.reports[0]?.tellsRecovery).toBe(true);
  });

  test('a server that fails again is a new impact, and its recovery is news again', () => {
    const notice = noticeAfter(
      { phase: 'first', impacts: [stopped(['121'])] },
      { phase: 'recovery', recovered: [recovered('20140306-1-1', '14:22')] },
      { phase: 'update', impacts: [stopped(['121'], '2014-03-06T14:46:00+09:00')] },
      { phase: 'recovery', recovered: [recovered('20140306-1-2', '14:59')] },
    );
    expect(ids(notice.impacts)).toEqual(['20140306-1-1', '20140306-1-2']);
    expect(notice.reports.map((r) => r.tellsRecovery)).toEqual([false, true, false, true]);
  });
});

describe('what a phase cannot do without is named', () => {
  const open = () => noticeAfter({ phase: 'first', impacts: [stopped(['051']), stopped(['121'])] });

  test('a first report needs an impact', () => {
    expect(fields(fault(), { phase: 'first' })).toEqual(['impacts']);
  });

  test('a recovery needs every impact but delays recovered, and names the open ones', () => {
    const { problems } = advance(
      open(),
      report({ phase: 'recovery', recovered: [recovered('20140306-1-1', '14:22')] }),
      NOW,
    );
    expect(problems.map((problem) => problem.field)).toEqual(['recovered']);
    expect(problems[0]?.ja).toContain('20140306-1-2');
  });

  test('a partial recovery needs something recovered and something left', () => {
    expect(fields(open(), { phase: 'partial_recovery' })).toEqual(['recovered']);
    const both = [recovered('20140306-1-1', '14:22'), recovered('20140306-1-2', '14:22')];
    expect(fields(open(), { phase: 'partial_recovery', recovered: both })).toEqual(['phase']);
  });

  test('a final report needs recovery, causes and measures', () => {
    expect(fields(open(), { phase: 'final' })).toEqual(['recovered', 'causes', 'measures']);
  });

  test('a recovery time before the start or in the future is refused, so is an unknown or recovered impact', () => {
    expect(fields(open(), { phase: 'update', recovered: [recovered('20140306-1-1', '07:00')] })).toEqual([
      'recovered.0.at',
    ]);
    expect(fields(open(), { phase: 'update', recovered: [recovered('20140306-1-1', '15:30')] })).toEqual([
      'recovered.0.at',
    ]);
    expect(fields(open(), { phase: 'update', recovered: [recovered('other-1', '14:00')] })).toEqual([
      'recovered.0.impact',
    ]);
    const twice = [recovered('20140306-1-1', '14:00'), recovered('20140306-1-1', '14:10')];
    expect(fields(open(), { phase: 'update', recovered: twice })).toEqual(['recovered.1.impact']);
  });

  test('what may not follow is named by both phases', () => {
    const { problems } = advance(fault(), report({ phase: 'recovery' }), NOW);
    expect(problems[0]).toMatchObject({ field: 'phase', ja: expect.stringContaining('回復報') as string });
  });
});

describe('planned work', () => {
  const work = fault({
    kind: 'work',
    planned: { from: NOW + 3_600_000, to: NOW + 7_200_000 },
    occurredAt: NOW + 3_600_000,
    reports: [],
  });

  test('begins and ends by its times without anybody doing anything', () => {
    const { advance: next, problems } = advance(
      work,
      report({ phase: 'plan', impacts: [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }] }),
      NOW,
    );
    expect(problems).toEqual([]);
    const announced = {
      ...work,
      impacts: next.impacts,
      reports: [
        {
          ...noticeAfter({ phase: 'first', impacts: [stopped('all')] }).reports[0],
          phase: 'plan',
        } as Notice['reports'][0],
      ],
    };
    expect(noticeState(announced, NOW)).toBe('planned');
    expect(noticeState(announced, NOW + 3_600_000)).toBe('in_progress');
    expect(noticeState(announced, NOW + 7_200_000)).toBe('completed');
  });

  test('cannot be extended without saying until when', () => {
    const plan = {
      phase: 'plan',
      number: 1,
      picture: { title: work.title, impacts: [] },
    } as unknown as Notice['reports'][0];
    const planned = { ...work, reports: [plan] };
    expect(fields(planned, { phase: 'extend' })).toEqual(['planned']);
  });
});
