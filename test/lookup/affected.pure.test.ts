import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { affected, type KnownImpact, type KnownNotice, type Mailbox } from '../../src/lookup/affected.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { at } from '../support/clock.ts';

interface Vector {
  equipment: string;
  at: string;
  expected_equipment_notices: string[];
  expected_service_wide_notices: string[];
  expected_mail_stopped: boolean;
}

const day = JSON.parse(readFileSync(new URL('../fixtures/ocn-2014-03-06.json', import.meta.url), 'utf8')) as {
  equipment: { code: string }[];
  equipment_notices: { id: string; equipment: string[] | null; started_at: string; recovered_at: string }[];
  lookup_vectors: Vector[];
};

const SERVICE: Record<string, { service: string; partOf: string | null; symptom: KnownImpact['symptom'] }> = {
  'notice-1': { service: 'mail', partOf: null, symptom: 'unavailable' },
  'notice-2': { service: 'mail', partOf: null, symptom: 'unavailable' },
  'notice-3': { service: 'mail', partOf: null, symptom: 'delayed' },
  'notice-4': { service: 'webmail', partOf: 'mail', symptom: 'login' },
};

/** The four notices of 6 March 2014 as the lookup holds them. */
const ofTheDay: KnownNotice[] = day.equipment_notices.map((told) => {
  const known = SERVICE[told.id];
  if (!known) throw new Error(`${told.id} is not one of the four`);
  return fault(told.id, [
    {
      ...known,
      facilities: told.equipment ? new Set(told.equipment.map((name) => name.slice(-3))) : 'all',
      startedAt: at(told.started_at),
      approximate: true,
      recoveredAt: at(told.recovered_at),
    },
  ]);
});

function fault(id: string, impacts: KnownImpact[]): KnownNotice {
  return { id, kind: 'fault', title: { ja: id }, expectedRecoveryAt: null, windows: [], impacts };
}

function work(id: string, window: { from: number; to: number } | null): KnownNotice {
  return { ...fault(id, [impact({ symptom: 'unavailable' })]), kind: 'work', windows: window ? [window] : [] };
}

function impact(change: Partial<KnownImpact> = {}): KnownImpact {
  return {
    service: 'mail',
    partOf: null,
    facilities: 'all',
    symptom: 'unavailable',
    startedAt: 1_000_000,
    approximate: false,
    recoveredAt: null,
    ...change,
  };
}

const mailbox = (facility: string): Mailbox => ({ address: `a@${facility}.example`, facility, service: 'mail' });

const minuteOf = (time: string) => at(`2014-03-06T${time}:00+09:00`);

describe('6 March 2014', () => {
  test.each(day.lookup_vectors)('$equipment at $at is answered as it was', (vector) => {
    const status = affected(ofTheDay, mailbox(vector.equipment.slice(-3)), at(vector.at));
    const ids = (serviceWide: boolean) => status.notices.filter((n) => n.serviceWide === serviceWide).map((n) => n.id);
    expect(ids(false)).toEqual(vector.expected_equipment_notices);
    expect(ids(true)).toEqual(vector.expected_service_wide_notices);
    expect(status.headline === 'stopped').toBe(vector.expected_mail_stopped);
  });

  test('there are twenty vectors and twenty facilities', () => {
    expect(day.lookup_vectors).toHaveLength(20);
    expect(day.equipment).toHaveLength(20);
  });

  test.each(['121', '122'])(
    'unit %s is stopped 07:34-14:22 and 14:46-15:45, minute by minute, and not between',
    (unit) => {
      for (let time = minuteOf('00:00'); time < minuteOf('00:00') + DAY; time += MINUTE) {
        const named = affected(ofTheDay, mailbox(unit), time).notices.some((notice) => !notice.serviceWide);
        const expected =
          (time >= minuteOf('07:34') && time < minuteOf('14:22')) ||
          (time >= minuteOf('14:46') && time < minuteOf('15:45'));
        expect(named).toBe(expected);
      }
    },
  );

  test('the other eighteen units are stopped once only, minute by minute', () => {
    for (const { code } of day.equipment.filter((unit) => !['121', '122'].includes(unit.code))) {
      for (let time = minuteOf('00:00'); time < minuteOf('00:00') + DAY; time += MINUTE) {
        const stopped = affected(ofTheDay, mailbox(code), time).headline === 'stopped';
        expect(stopped).toBe(time >= minuteOf('07:34') && time < minuteOf('14:22'));
      }
    }
  });

  test('a mailbox on a unit that was never named is told of the delay only', () => {
    expect(affected(ofTheDay, mailbox('999'), minuteOf('12:00')).state).toBe('normal');
    const status = affected(ofTheDay, mailbox('999'), minuteOf('15:00'));
    expect(status).toMatchObject({ state: 'fault', shown: 'delay', headline: 'delayed', symptoms: ['delayed'] });
  });

  test('a delay with a webmail that is hard to sign in to is a fault, and the big sentence is about the delay', () => {
    const status = affected(ofTheDay, mailbox('142'), minuteOf('17:00'));
    expect(status).toMatchObject({ shown: 'fault', headline: 'delayed', symptoms: ['login', 'delayed'] });
  });

  test('after the evening everything is normal and what recovered lately is still told', () => {
    const status = affected(ofTheDay, mailbox('121'), minuteOf('21:25'));
    expect(status).toMatchObject({ state: 'normal', shown: 'recovered', notices: [] });
    expect(status.lately.map((notice) => notice.id)).toEqual(['notice-3', 'notice-4', 'notice-2', 'notice-1']);
    expect(affected(ofTheDay, mailbox('121'), minuteOf('21:25') + DAY).lately).toEqual([]);
  });
});

describe('one notice with several impacts', () => {
  const whole = [
    fault(
      'day',
      ofTheDay.flatMap((notice) => notice.impacts),
    ),
  ];

  test('is one entry, since the earliest impact that still lasts for this mailbox', () => {
    const status = affected(whole, mailbox('121'), minuteOf('15:00'));
    expect(status.notices).toHaveLength(1);
    expect(status.notices[0]).toMatchObject({
      since: minuteOf('14:33'),
      approximate: true,
      serviceWide: false,
      symptoms: ['unavailable', 'delayed'],
    });
    expect(affected(whole, mailbox('112'), minuteOf('15:00')).notices[0]).toMatchObject({ serviceWide: true });
  });

  test('tells at the same time what recovered already', () => {
    const status = affected(whole, mailbox('051'), minuteOf('15:00'));
    expect(status.shown).toBe('delay');
    expect(status.lately).toMatchObject([{ id: 'day', recoveredAt: minuteOf('14:22'), symptoms: ['unavailable'] }]);
  });
});

describe('what reaches a mailbox', () => {
  test('a named facility of another service does not, though it has the same code', () => {
    const other = fault('tv', [impact({ service: 'tv', facilities: new Set(['051']) })]);
    expect(affected([other], mailbox('051'), 2_000_000).state).toBe('normal');
  });

  test('single facilities of a service that is part of it do not, all of them do', () => {
    const some = fault('w1', [impact({ service: 'webmail', partOf: 'mail', facilities: new Set(['051']) })]);
    expect(affected([some], mailbox('051'), 2_000_000).state).toBe('normal');
    const all = fault('w2', [impact({ service: 'webmail', partOf: 'mail' })]);
    expect(affected([all], mailbox('051'), 2_000_000)).toMatchObject({ state: 'fault', headline: 'beside' });
  });

  test('a mail server that is hard to use is not told to be stopped', () => {
    const slow = fault('slow', [impact({ symptom: 'degraded' })]);
    expect(affected([slow], mailbox('051'), 2_000_000)).toMatchObject({ shown: 'fault', headline: 'hard' });
  });
});

describe('planned work', () => {
  const window = { from: 10 * HOUR, to: 12 * HOUR };

  test('is told before, touches in its window and is gone after it', () => {
    const before = affected([work('w', window)], mailbox('051'), window.from - 1);
    expect(before).toMatchObject({ state: 'normal', notices: [], ahead: [{ id: 'w', ...window }] });
    const during = affected([work('w', window)], mailbox('051'), window.from);
    expect(during).toMatchObject({ state: 'work', shown: 'work', headline: 'work', ahead: [] });
    expect(during.notices[0]).toMatchObject({ since: window.from, expectedRecoveryAt: window.to, kind: 'work' });
    expect(affected([work('w', window)], mailbox('051'), window.to)).toMatchObject({ state: 'normal', notices: [] });
  });

  test('is outranked by a fault, and both are linked', () => {
    const status = affected(
      [work('w', window), fault('f', [impact({ symptom: 'delayed' })])],
      mailbox('051'),
      11 * HOUR,
    );
    expect(status).toMatchObject({ state: 'fault', shown: 'delay', headline: 'delayed', symptoms: ['delayed'] });
    expect(status.notices.map((notice) => notice.id)).toEqual(['f', 'w']);
  });

  test('that was cancelled touches nobody', () => {
    expect(affected([work('w', null)], mailbox('051'), 11 * HOUR)).toMatchObject({ state: 'normal', ahead: [] });
  });
});

test('any impact holds from its start up to and without its recovery', () => {
  const time = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(time, fc.option(time, { nil: null }), time, (startedAt, length, moment) => {
      const recoveredAt = length === null ? null : startedAt + length;
      const status = affected([fault('f', [impact({ startedAt, recoveredAt })])], mailbox('051'), moment);
      const lasts = startedAt <= moment && (recoveredAt === null || moment < recoveredAt);
      expect(status.state).toBe(lasts ? 'fault' : 'normal');
      expect(status.notices).toHaveLength(lasts ? 1 : 0);
      // Never both at once: what lasts has not recovered.
      expect(status.lately.length).toBe(recoveredAt !== null && recoveredAt <= moment ? 1 : 0);
    }),
  );
});

test('the order in which notices are known changes nothing', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(ofTheDay, { minLength: 4 }),
      fc.integer({ min: 0, max: 1439 }),
      (shuffled, minute) => {
        const moment = minuteOf('00:00') + minute * MINUTE;
        const ids = (notices: KnownNotice[]) => affected(notices, mailbox('122'), moment).notices.map((n) => n.id);
        expect(ids(shuffled)).toEqual(ids(ofTheDay));
      },
    ),
  );
});
