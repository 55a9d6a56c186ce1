import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AccidentKind, isConfirmed, versionOn, versionsInForce } from '../../src/regulator/criteria/criteria.ts';
import { forecast, nextThreshold } from '../../src/regulator/criteria/forecast.ts';
import { gravest, judge, type Symptom } from '../../src/regulator/criteria/judge.ts';
import { criteria, switchedOn } from '../../src/regulator/criteria/rules.ts';
import { thresholdWords, verdictWords } from '../../src/regulator/criteria/words.ts';
import { MINUTE } from '../../src/time.ts';
import { at } from '../support/clock.ts';

interface Vector {
  id: string;
  fiscal_year: number;
  category: string;
  duration_minutes: number;
  affected_users: number;
  all_traffic_down?: boolean;
  kind?: AccidentKind;
  failed_equipment?: string;
  form?: string;
  expected: 'major' | 'quarterly' | 'none';
  why_ja: string;
}

const { vectors } = JSON.parse(readFileSync('test/fixtures/criteria-vectors.json', 'utf8')) as { vectors: Vector[] };
const rules = criteria();
const inForce = versionsInForce(rules, new Map());
const LEVEL = { major: 'major', quarterly: 'periodic', none: 'none' } as const;

const symptomOf = (vector: Vector): Symptom => ({
  kind: vector.kind ?? 'telecom_equipment',
  category: vector.category === 'critical_facility' ? 'other' : vector.category,
  minutes: vector.duration_minutes,
  users: vector.affected_users,
  critical: vector.category === 'critical_facility',
  allTrafficDown: vector.all_traffic_down,
  equipment: vector.failed_equipment,
});

describe('whether an accident is serious', () => {
  test.each(vectors.map((vector) => [vector.id, vector] as const))('case %s', (_id, vector) => {
    const verdict = judge(rules, inForce, `${vector.fiscal_year}-10-01`, symptomOf(vector));
    expect(verdict.level, vector.why_ja).toBe(LEVEL[vector.expected]);
    if (vector.form && vector.expected !== 'major') expect(verdict.form).toBe(vector.form);
  });

  test('the cases are all there', () => expect(vectors.length).toBe(105));

  test('the result names the rule and its numbers, in both languages', () => {
    const verdict = judge(rules, inForce, '2021-10-14', {
      kind: 'telecom_equipment',
      category: 'other',
      minutes: 120,
      users: 30_000,
    });
    expect(verdictWords(verdict)).toEqual({
      ja: '重大: 区分五、2時間以上かつ3万人以上',
      en: 'Serious: category 5, 2 h or more and 30,000 users or more',
    });
    const cable = { kind: 'telecom_equipment', category: 'other', minutes: 120, users: 9 } as const;
    expect(
      verdictWords(judge(rules, inForce, '2021-10-14', { ...cable, critical: true, allTrafficDown: true })).ja,
    ).toBe('重大: 衛星・海底ケーブル等、全通信の途絶が2時間以上');
    expect(judge(rules, inForce, '2021-10-14', { ...cable, critical: true, allTrafficDown: false }).level).toBe(
      'periodic',
    );
  });

  test('voice with emergency calls counts everybody under the failed equipment', () => {
    const symptom = { kind: 'telecom_equipment', category: 'emergency_voice', minutes: 156, users: 7900 } as const;
    expect(judge(rules, inForce, '2020-07-01', symptom).level).toBe('periodic');
    const whole = judge(rules, inForce, '2020-07-01', { ...symptom, usersUnderEquipment: 135_000 });
    expect([whole.level, whole.users]).toEqual(['major', 135_000]);
    const other = judge(rules, inForce, '2020-07-01', { ...symptom, category: 'other', usersUnderEquipment: 135_000 });
    expect(other.level).toBe('periodic');
  });

  test('an accident is as grave as its gravest symptom', () => {
    const of = (minutes: number, users: number) =>
      judge(rules, inForce, '2015-07-03', { kind: 'telecom_equipment', category: 'other', minutes, users });
    expect(gravest([of(503, 343), of(503, 36_000), of(503, 28)])?.level).toBe('major');
    expect(gravest([])).toBeNull();
  });
});

describe('versions', () => {
  test('the day of occurrence chooses, to the day', () => {
    const on = (day: string) => versionOn(inForce, day).id;
    expect([on('2014-03-06'), on('2015-03-31'), on('2015-04-01'), on('2019-03-31'), on('2019-04-01')]).toEqual([
      ...['uniform', 'uniform', 'fy2015', 'fy2015', 'fy2019'],
    ]);
  });

  test('days that no publication covers are judged by the last known rule, and say so', () => {
    expect(isConfirmed(versionOn(inForce, '2015-07-03'), '2015-07-03')).toBe(true);
    expect(isConfirmed(versionOn(inForce, '2024-07-03'), '2024-07-03')).toBe(false);
  });

  test('a proposal counts only where an administrator switched it on, and only from his day', () => {
    const symptom = { kind: 'telecom_equipment', category: 'mobile_data', minutes: 60, users: 100_000 } as const;
    const on = versionsInForce(rules, switchedOn('proposal-2025-09=2026-04-01, nonsense'));
    expect(judge(rules, inForce, '2026-05-01', symptom).level).toBe('periodic');
    expect(judge(rules, on, '2026-03-31', symptom).level).toBe('periodic');
    const verdict = judge(rules, on, '2026-04-01', symptom);
    expect([verdict.level, verdict.version.id, verdict.confirmed]).toEqual(['major', 'proposal-2025-09', false]);
    const mail = judge(rules, on, '2026-04-01', { ...symptom, category: 'free_messaging', minutes: 240 });
    expect(mail.level).toBe('major');
  });
});

const category = fc.constantFrom(...rules.categories.keys());
const day = fc.constantFrom('2014-03-06', '2015-07-03', '2020-07-01', '2021-10-14', '2026-05-01');
const minutes = fc.integer({ min: 0, max: 3000 });
const users = fc.integer({ min: 0, max: 3_000_000 });
const LEVELS = ['none', 'periodic', 'major'];

describe('at the boundaries', () => {
  test('each rule holds at its limits and at neither one minute nor one user less', () => {
    const cases = inForce.flatMap((version) =>
      version.categories.flatMap((one) => one.rules.map((rule) => ({ version, one, rule }))),
    );
    for (const { version, one, rule } of cases) {
      const level = (length: number, count: number) =>
        judge(rules, [version], '2099-01-01', {
          kind: 'telecom_equipment',
          category: one.id,
          minutes: length,
          users: count,
        }).met?.rule;
      expect(level(rule.minutes, rule.users)).toBeDefined();
      expect(level(rule.minutes - 1 / 60, rule.users)).not.toEqual(rule);
      expect(level(rule.minutes, rule.users - 1)).not.toEqual(rule);
    }
    expect(cases.length).toBeGreaterThan(15);
  });

  test('longer or larger is never less grave', () => {
    fc.assert(
      fc.property(
        day,
        category,
        minutes,
        users,
        fc.nat(2000),
        fc.nat(1_000_000),
        (on, id, length, count, more, others) => {
          const level = (m: number, u: number) =>
            LEVELS.indexOf(
              judge(rules, inForce, on, { kind: 'telecom_equipment', category: id, minutes: m, users: u }).level,
            );
          return level(length + more, count + others) >= level(length, count);
        },
      ),
    );
  });

  test('what the forecast says for the known users is the minute from which the judge says serious', () => {
    fc.assert(
      fc.property(day, category, fc.integer({ min: 1, max: 3_000_000 }), (on, id, count) => {
        const startedAt = at('2021-10-14T17:00:00+09:00');
        const sure = forecast(
          rules,
          inForce,
          { category: id, startedAt, users: count },
          { now: startedAt, day: on },
        ).find((one) => one.enoughUsers);
        const level = (length: number) =>
          judge(rules, inForce, on, { kind: 'telecom_equipment', category: id, minutes: length, users: count }).level;
        if (!sure) return level(1_000_000) !== 'major';
        const length = (sure.at - startedAt) / MINUTE;
        return level(length) === 'major' && level(length - 1 / 60) !== 'major';
      }),
    );
  });
});

describe('while a fault is open', () => {
  const startedAt = at('2014-03-06T07:34:00+09:00');
  const ahead = (now: string, count: number | null) =>
    nextThreshold(
      forecast(rules, inForce, { category: 'other', startedAt, users: count }, { now: at(now), day: '2014-03-06' }),
    );

  test('it is told how long until it is serious, and at how many users', () => {
    const threshold = ahead('2014-03-06T08:57:00+09:00', null);
    expect(threshold && thresholdWords(threshold)).toEqual({
      ja: 'あと37分で、3万人以上に影響していれば重大な事故に当たります（すべての電気通信役務、2時間以上かつ3万人以上）',
      en: 'Serious in 37 min at 30,000 users (All services, 2 h or more and 30,000 users or more)',
    });
  });

  test('once the time is reached it is serious now; with too few users it never is', () => {
    const threshold = ahead('2014-03-06T09:34:00+09:00', 40_000);
    expect(threshold && thresholdWords(threshold).en).toMatch(/^Serious now \(/);
    expect(ahead('2014-03-06T09:34:00+09:00', 29_999)).toBeNull();
  });
});
