import { describe, expect, test } from 'vitest';
import { type Limit, limitsOf, stageOf } from '../../src/notices/clocks/clocks.ts';
import { afterNight, isNight, nextWall } from '../../src/notices/clocks/night.ts';
import type { Impact } from '../../src/notices/impact.ts';
import type { Notice } from '../../src/notices/notice.ts';
import type { Phase } from '../../src/notices/phases.ts';
import type { Picture, Report } from '../../src/notices/report.ts';
import { SETTING_DEFAULTS, type Settings } from '../../src/staff/settings.ts';
import { HOUR, isoTime, MINUTE } from '../../src/time.ts';
import day from '../fixtures/ocn-2014-03-06.json' with { type: 'json' };
import { at } from '../support/clock.ts';

const TOKYO = 'Asia/Tokyo';
const on = (time: string) => at(`2014-03-06T${time}:00+09:00`);

function impact(recoveredAt: string | null = null, symptom: Impact['symptom'] = 'unavailable'): Impact {
  return {
    id: `20140306-1-${symptom}`,
    service: 'mail',
    facilities: 'all',
    area: null,
    symptom,
    startedAt: on('07:34'),
    approximate: true,
    recoveredAt: recoveredAt === null ? null : on(recoveredAt),
    addedByReport: 1,
  };
}

function report(number: number, phase: Phase, publishedAt: string | number, picture: Partial<Picture> = {}): Report {
  return {
    number,
    revision: 0,
    phase,
    tellsRecovery: phase === 'recovery',
    publishedAt: typeof publishedAt === 'string' ? on(publishedAt) : publishedAt,
    body: { ja: '本文' },
    picture: { title: { ja: '件名' }, impacts: [], ...picture },
    mail: false,
    backfilled: false,
    reason: null,
  };
}

function fault(impacts: Impact[], reports: Report[], more: Partial<Notice> = {}): Notice {
  return {
    id: '20140306-1',
    kind: 'fault',
    title: { ja: 'OCNメールがご利用いただけません' },
    rootId: '20140306-1',
    occurredAt: on('07:34'),
    occurredApproximate: true,
    recognisedAt: on('07:40'),
    seriousAt: null,
    planned: null,
    actualFrom: null,
    actualTo: null,
    firstPublishedAt: reports[0]?.publishedAt ?? null,
    updatedAt: on('08:00'),
    version: 1,
    impacts,
    reports,
    ...more,
  };
}

const facts = (now: number, settings: Partial<Settings> = {}, recoverySeenAt: number | null = null) => ({
  settings: { ...SETTING_DEFAULTS, ...settings },
  zone: TOKYO,
  now,
  recoverySeenAt,
});

/** `update 9:00` for each that is owed, the most urgent first. */
function owed(notice: Notice, context: ReturnType<typeof facts>): string[] {
  const show = (limit: Limit) => `${limit.kind} ${isoTime(limit.due, context.zone).slice(11, 16)}`;
  return limitsOf(notice, context)
    .filter((limit) => limit.met === null)
    .map(show);
}

describe('what is owed on a fault', () => {
  test('is the first report, on two clocks, as long as nothing is out', () => {
    const draft = fault([], []);
    expect(owed(draft, facts(on('07:50')))).toEqual(['first_occurrence 08:04', 'first_recognition 08:10']);
    expect(owed(fault([], [], { recognisedAt: null }), facts(on('07:50'), { firstReportMinutes: 60 }))).toEqual([
      'first_occurrence 08:34',
    ]);
  });

  test('is an update each hour while something is broken, counted from the last report', () => {
    const notice = fault([impact()], [report(1, 'first', '08:00')]);
    expect(owed(notice, facts(on('08:10')))).toEqual(['update 09:00']);
    expect(owed(notice, facts(on('08:10'), { updateMinutes: 30 }))).toEqual(['update 08:30']);
  });

  test('is what the last report promised, too', () => {
    const picture = { nextUpdateAt: on('08:30'), expectedRecoveryAt: on('12:00') };
    const notice = fault([impact()], [report(1, 'first', '08:00', picture)]);
    expect(owed(notice, facts(on('08:10')))).toEqual(['promised 08:30', 'update 09:00', 'expected 12:00']);
  });

  test('waits for morning where the hour falls into the night, or the last report was the last for today', () => {
    const late = report(2, 'update', '23:20');
    const notice = fault([impact()], [report(1, 'first', '08:00'), late]);
    expect(owed(notice, facts(on('23:30')))).toEqual(['update 06:00']);
    expect(owed(notice, facts(on('23:30'), { nightFrom: '01:00', nightTo: '05:00' }))).toEqual(['update 00:20']);
    expect(owed(notice, facts(on('23:30'), { nightFrom: '00:00', nightTo: '00:00' }))).toEqual(['update 00:20']);
    const last = report(2, 'update', '21:00', { lastToday: true });
    expect(owed(fault([impact()], [last]), facts(on('21:30')))).toEqual(['update 06:00']);
    const named = report(2, 'update', '21:00', { lastToday: true, nextUpdateAt: on('21:00') + 12 * HOUR });
    expect(owed(fault([impact()], [named]), facts(on('21:30')))).toEqual(['promised 09:00']);
  });

  test('is word of the delay while only that remains', () => {
    const reports = [report(1, 'first', '08:00'), report(2, 'recovery', '20:07')];
    expect(owed(fault([impact('19:32'), impact(null, 'delayed')], reports), facts(on('20:10')))).toEqual([
      'delay 21:07',
    ]);
  });

  test('is the recovery report from the moment at which somebody knows, though readers do not', () => {
    const notice = fault([impact()], [report(1, 'first', '19:20')]);
    expect(owed(notice, facts(on('19:40'), {}, on('19:32')))).toEqual(['recovery 20:02', 'update 20:20']);
  });

  test('is the final report of what was serious, or of everything where a setting says so', () => {
    const told = report(2, 'recovery', '20:07', { impacts: [impact('19:32')] });
    const minor = fault([impact('19:32')], [report(1, 'first', '08:00'), told]);
    const week = { finalReportDays: 7 };
    expect(owed(minor, facts(on('21:00'), week))).toEqual([]);
    expect(owed(minor, facts(on('21:00'), { ...week, finalReportFor: 'all' }))).toEqual(['final 19:32']);
    expect(owed({ ...minor, seriousAt: on('08:00') }, facts(on('21:00'), week))).toEqual(['final 19:32']);
    const explained = { ...minor, seriousAt: 1, reports: [...minor.reports, report(3, 'final', '22:00')] };
    expect(owed(explained, facts(on('23:00'), week))).toEqual([]);
  });
});

test('a limit is calm, soon and then over; what was done in time stays so', () => {
  const limit = { kind: 'update', from: on('08:00'), due: on('09:00'), met: null } as const;
  const stage = (time: string, met: number | null = null) => stageOf({ ...limit, met }, facts(on(time)));
  expect(stage('08:49')).toBe('calm');
  expect(stage('08:50')).toBe('soon');
  expect(stage('09:00')).toBe('soon');
  expect(stage('09:01')).toBe('over');
  expect(stage('12:00', on('09:00'))).toBe('met');
  expect(stage('12:00', on('09:01'))).toBe('late');
});

describe('what is owed on planned work', () => {
  const work = (more: Partial<Notice> = {}) =>
    fault([impact()], [report(1, 'plan', '08:00')], {
      kind: 'work',
      planned: { from: on('13:00'), to: on('17:00') },
      ...more,
    });

  test('is its start, then its end, until somebody says that it ended', () => {
    expect(owed(work(), facts(on('12:00')))).toEqual(['work_start 13:00']);
    expect(owed(work(), facts(on('13:00')))).toEqual(['work_end 17:00']);
    expect(owed(work(), facts(on('18:00')))).toEqual(['work_end 17:00']);
    expect(owed(work({ actualTo: on('16:50') }), facts(on('18:00')))).toEqual([]);
    expect(owed(work({ reports: [report(2, 'cancel', '09:00')] }), facts(on('12:00')))).toEqual([]);
  });
});

describe('the day of 2014', () => {
  const postings = day.postings.filter(
    (posting) => posting.surface === 'support' && posting.posted_at?.includes('2014-03-06'),
  );
  const [first, recovered, cleared] = postings.map((posting) => at(posting.posted_at));
  const occurred = at(day.incident.occurred_at);

  test('its first word came in time, its recovery report five minutes late', () => {
    const impacts = [impact('19:32'), impact('21:25', 'delayed')];
    const told = report(2, 'recovery', recovered ?? 0, { impacts: [impact('19:32'), impact(null, 'delayed')] });
    const reports = [report(1, 'first', first ?? 0), told, report(3, 'delay_recovery', cleared ?? 0, { impacts })];
    const limits = limitsOf(fault(impacts, reports, { occurredAt: occurred, recognisedAt: null }), facts(on('22:00')));
    const minutes = (kind: string) => {
      const limit = limits.find((one) => one.kind === kind);
      return ((limit?.met ?? Number.NaN) - (limit?.from ?? 0)) / MINUTE;
    };
    expect(minutes('first_occurrence')).toBe(day.metrics.first_posting_minutes.support);
    expect(minutes('recovery')).toBe(day.metrics.recovery_posting_lag_minutes.support);
    expect(limits.map((limit) => [limit.kind, stageOf(limit, facts(on('22:00')))])).toEqual([
      ['first_occurrence', 'met'],
      ['recovery', 'late'],
    ]);
  });

  test('its silence of 367 minutes would have been told after the first hour', () => {
    const word = at('2014-03-06T14:00:00+09:00');
    const notice = fault([impact()], [report(1, 'first', word)]);
    const [update] = limitsOf(notice, facts(word + day.metrics.longest_gap_between_postings_minutes * MINUTE));
    expect(update).toMatchObject({ kind: 'update', met: null, due: word + 60 * MINUTE });
  });
});

describe('the night', () => {
  const night = (from: string, to: string, zone = TOKYO) => ({ from, to, zone });

  test('may go over midnight, or not be at all', () => {
    expect(isNight(on('23:00'), night('22:00', '06:00'))).toBe(true);
    expect(isNight(on('05:59'), night('22:00', '06:00'))).toBe(true);
    expect(isNight(on('06:00'), night('22:00', '06:00'))).toBe(false);
    expect(isNight(on('05:00'), night('00:00', '00:00'))).toBe(false);
    expect(afterNight(on('12:00'), night('22:00', '06:00'))).toBe(on('12:00'));
  });

  const BERLIN = 'Europe/Berlin';
  const wall = (moment: number) => isoTime(moment, BERLIN).slice(0, 16);
  test.each([
    ['on an ordinary night', '2014-03-06T00:30+01:00', '06:00', '2014-03-06T06:00'],
    ['when clocks go forward', '2014-03-30T00:30+01:00', '06:00', '2014-03-30T06:00'],
    ['into the hour that is skipped', '2014-03-30T00:30+01:00', '02:30', '2014-03-30T03:30'],
    ['when clocks go back', '2014-10-26T00:30+02:00', '06:00', '2014-10-26T06:00'],
    ['in the second of two equal hours', '2014-10-26T02:10+01:00', '02:30', '2014-10-26T02:30'],
    ['at its own minute it is the next day', '2014-03-06T06:00+01:00', '06:00', '2014-03-07T06:00'],
  ])('ends by the wall’s clock %s', (_name, from, time, expected) => {
    const end = nextWall(at(from), time, BERLIN);
    expect(wall(end)).toBe(expected);
    expect(end).toBeGreaterThan(at(from));
  });

  test('in the second of two equal hours ends in that hour', () => {
    const from = at('2014-10-26T02:10+01:00');
    expect(nextWall(from, '02:30', BERLIN) - from).toBe(20 * MINUTE);
  });
});
