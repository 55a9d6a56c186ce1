import type { Message } from '../../errors.ts';
import type { Symptom } from '../../notices/impact.ts';
import { inLanguage } from '../../notices/notice.ts';
import { type Instant, type Language, showClock, showDate, wallClock } from '../../time.ts';
import type { Call } from './call.ts';
import type { Broken } from './situation.ts';
import { tidy } from './voice.ts';

/** What fits beside a television picture, in characters. */
export const SIGNAGE = 40;

/** The worst that is open, in one line for screens. Where it would be too long it says less, never half a word. */
export function signage(call: Call, language: Language): string {
  const all = candidates(call, language).map(tidy);
  return all.find((line) => [...line].length <= SIGNAGE) ?? '';
}

/** From the richest to the plainest; the last one always fits. */
function candidates(call: Call, language: Language): string[] {
  const { broken, working, restored } = call.situation;
  const ja = language === 'ja';
  const clock = (at: Instant) => shortTime(at, call, language);
  if (broken[0]) return faultLines(broken, clock, language);
  if (working[0]) {
    const { names, until } = working[0];
    const name = inLanguage(names[0] ?? SOME, language);
    return ja
      ? [
          `【工事】${name}の工事を行っています（${clock(until)}まで）`,
          `【工事】${name}の工事を行っています`,
          '【工事】一部のサービスで工事を行っています',
        ]
      : [`Work on ${name} until ${clock(until)}`, `Planned work on ${name}`, 'Planned work is going on'];
  }
  if (restored[0]) {
    const { name, symptom, at } = restored[0];
    const what = inLanguage(name, language);
    if (symptom === 'delayed') {
      return ja
        ? [`【回復】${what}の遅れは解消しました（${clock(at)}）`, '【回復】メールの到着の遅れは解消しました']
        : [`${what}: delay cleared at ${clock(at)}`, 'The mail delay is cleared'];
    }
    return ja
      ? [
          `【回復】${what}は回復しました（${clock(at)}）`,
          `【回復】${what}は回復しました`,
          '【回復】一部のサービスの故障は回復しました',
        ]
      : [`${what}: restored at ${clock(at)}`, `${what}: restored`, 'A fault is repaired'];
  }
  return [ja ? '現在、確認している故障はありません' : 'No fault is known at present'];
}

function faultLines(broken: Broken[], clock: (at: Instant) => string, language: Language): string[] {
  const [{ name, symptom, partly, since, approximate }] = broken as [Broken, ...Broken[]];
  const others = new Set(broken.map((one) => one.service)).size - 1;
  const more = { ja: `ほか${others}件`, en: ` and ${others} more` };
  const part = { ja: 'の一部', en: ' (part)' };
  const time = { ja: `（${clock(since)}${approximate ? '頃' : ''}から）`, en: ` since ${clock(since)}` };
  const mark = language === 'ja' ? `【${symptom === 'delayed' ? '遅延' : '故障'}】` : '';
  const what = `${mark}${inLanguage(name, language)}${partly ? part[language] : ''}`;
  const all = `${what}${others > 0 ? more[language] : ''}`;
  const suffers = SUFFERS[symptom][language];
  return [`${all}${suffers}${time[language]}`, `${all}${suffers}`, `${what}${suffers}`, PLAINEST[symptom][language]];
}

const SOME: Message = { ja: '一部のサービス', en: 'some services' };

const SUFFERS: Record<Symptom, Message> = {
  unavailable: { ja: 'がご利用いただけません', en: ': unavailable' },
  degraded: { ja: 'がご利用しづらくなっています', en: ': hard to use' },
  delayed: { ja: 'でメールの到着が遅れています', en: ': mail delayed' },
  login: { ja: 'にログインしづらくなっています', en: ': hard to sign in' },
};

const PLAINEST: Record<Symptom, Message> = {
  unavailable: { ja: '【故障】ご利用いただけないサービスがあります', en: 'Fault: some services are not available' },
  degraded: { ja: '【故障】ご利用しづらいサービスがあります', en: 'Fault: some services are hard to use' },
  delayed: { ja: '【遅延】メールの到着が遅れています', en: 'Mail is arriving late' },
  login: { ja: '【故障】ログインしづらいサービスがあります', en: 'Fault: it is hard to sign in' },
};

/** The time alone on its day, with its day on another. */
function shortTime(at: Instant, { now, operator: { timeZone: zone } }: Call, language: Language): string {
  const clock = showClock(at, zone, language, { withoutZone: true });
  if (showDate(at, zone, language) === showDate(now, zone, language)) return clock;
  if (language === 'en') return `${clock} on ${showDate(at, zone, 'en').split(' ').slice(1, 3).join(' ')}`;
  const { month, day } = wallClock(at, zone);
  return `${month}/${day} ${clock}`;
}
