import { facilityNames } from '../../catalogue/facility-names.ts';
import type { Operator } from '../../http/views.ts';
import type { Instant, Language } from '../../time.ts';
import { type Ranked, within } from '../fitting.ts';
import type { Broken, Situation } from './situation.ts';
import { type Sentence, spoken } from './speech.ts';
import { digitByDigit, Voice } from './voice.ts';

/** A minute of a calm voice, in characters. A caller who waits longer for the one sentence that he needs hangs up. */
const ROOM: Record<Language, number> = { ja: 330, en: 850 };

/** So many services are named in a sentence, and so many sentences of a kind are said. */
const FEW = 3;

/** What one telephone call is told of. */
export interface Call {
  situation: Situation;
  operator: Operator;
  publicUrl: string;
  now: Instant;
}

/** What the telephone system says while callers wait; what they need most is kept, and it never lasts more than a minute. */
export function guidance(call: Call, language: Language): Sentence[] {
  const { situation, operator, now } = call;
  const voice = new Voice(language, now, operator.timeZone);
  const broken = situation.broken.length > 0;
  const lines = [
    line(0, greeting(voice, operator)),
    ...suffering(voice, situation.broken),
    ...restored(voice, situation),
    ...(situation.passwordIsRight ? [line(1, password(voice))] : []),
    ...(situation.broken[0] ? instead(voice, situation.broken[0]) : []),
    ...outlook(voice, situation.broken, now),
    ...working(voice, situation),
    ...(broken ? [] : [line(0, voice.say('現在、確認している故障はありません。', 'No fault is known at present.'))]),
    line(0, where(voice, call)),
    ...(broken ? [line(3, voice.say('ご迷惑をおかけし、申し訳ございません。', 'We are sorry for the trouble.'))] : []),
  ];
  return within(lines, ROOM[language]).flat();
}

function line(rank: number, ...said: Sentence[]): Ranked<Sentence[]> {
  return { rank, said, size: said.reduce((sum, sentence) => sum + [...spoken(sentence)].length, 0) };
}

function greeting(voice: Voice, { name }: Operator): Sentence {
  const who = voice.name(name, { ja: '当社', en: 'your provider' });
  return voice.language === 'ja' ? [...who, 'からお知らせいたします。'] : ['This is a message from ', ...who, '.'];
}

/** A sentence for each way and time in which something broke, and how many services there are beyond those. */
function suffering(voice: Voice, broken: Broken[]): Ranked<Sentence[]>[] {
  const groups = new Map<string, Broken[]>();
  for (const one of broken) {
    const key = `${one.symptom} ${one.since} ${one.approximate}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const told = [...groups.values()].slice(0, FEW).map((group) => group.slice(0, FEW));
  const named = new Set(told.flat().map((one) => one.service));
  const more = new Set(broken.map((one) => one.service)).size - named.size;
  const lines = told.map((group, index) => line(index === 0 ? 0 : 2, sufferingOf(voice, group)));
  if (more > 0) {
    const others = more === 1 ? 'One other service is' : `${more} other services are`;
    lines.push(line(1, voice.say(`ほかに、${more}のサービスに影響が出ています。`, `${others} affected too.`)));
  }
  if (broken[0] && broken.length === 1) lines.push(...facilities(voice, broken[0]));
  if (broken.length > 0) {
    lines.push(
      line(0, voice.say('当社で確認しており、回復を急いでいます。', 'We know of this and are working on it.')),
    );
  }
  return lines;
}

function sufferingOf(voice: Voice, group: Broken[]): Sentence {
  const [first] = group as [Broken, ...Broken[]];
  const since = voice.time(first.since);
  const names = voice.joined(group.map((one) => nameOf(voice, one)));
  if (voice.language === 'ja') {
    const what = first.symptom === 'delayed' ? lateJa(names) : [...names, SUFFERING.ja[first.symptom]];
    return [...since, `${first.approximate ? 'ごろ' : ''}から、`, ...what];
  }
  const [before, after] = SUFFERING.en[first.symptom];
  return [`Since ${first.approximate ? 'about ' : ''}`, ...since, `, ${before} `, ...names, `${after}.`];
}

const SUFFERING = {
  ja: {
    unavailable: 'が、ご利用いただけません。',
    degraded: 'が、ご利用しづらくなっています。',
    login: 'に、ログインしづらくなっています。',
  },
  en: {
    unavailable: ['customers have not been able to use', ''],
    degraded: ['customers have had trouble using', ''],
    delayed: ['mail of', ' has been arriving late'],
    login: ['customers have had trouble signing in to', ''],
  },
} as const;

/** OCNメールの到着 as it is, but Webサービスのメールの到着. */
function lateJa(names: Sentence, then = 'が遅れています。'): Sentence {
  return [...names, spoken(names).endsWith('メール') ? `の到着${then}` : `のメールの到着${then}`];
}

function nameOf(voice: Voice, { name, partly }: Broken): Sentence {
  const all = voice.name(name);
  if (partly === null) return all;
  return voice.language === 'ja' ? [...all, 'の一部'] : ['part of ', ...all];
}

/** Where they are few enough to be listened to. */
function facilities(voice: Voice, { partly }: Broken): Ranked<Sentence[]>[] {
  if (!partly || partly.length > FEW) return [];
  const names = digitByDigit(voice.name(facilityNames(partly).text, { ja: '', en: '' }));
  if (spoken(names) === '') return [];
  return [
    line(5, voice.language === 'ja' ? ['対象の設備は、', ...names, 'です。'] : ['The equipment is ', ...names, '.']),
  ];
}

/** What works again. While something else is broken it comes after that, and without more words. */
function restored(voice: Voice, situation: Situation): Ranked<Sentence[]>[] {
  const broken = situation.broken.length > 0;
  const [newest] = situation.restored;
  // Told in the order in which it happened.
  const told = situation.restored.slice(0, FEW).reverse();
  const lines = told.map(({ name, symptom, at }, index) => {
    const [who, when, late] = [voice.name(name), voice.time(at), symptom === 'delayed'];
    const sentence =
      voice.language === 'ja'
        ? [
            ...(broken ? ['なお、'] : []),
            ...(late ? lateJa(who, 'の遅れは、') : [...who, 'は、']),
            ...when,
            late ? 'に解消しました。' : 'に回復しました。',
          ]
        : [late ? 'The mail delay of ' : '', ...who, late ? ' was cleared at ' : ' was restored at ', ...when, '.'];
    return line(!broken && index === told.length - 1 ? 0 : 4, sentence);
  });
  if (broken || !newest) return lines;
  const residual = voice.typed(newest.picture.residual);
  if (residual.length > 0) lines.push(line(3, ...residual));
  const sorry = voice.say(
    'ご迷惑をおかけし、申し訳ございませんでした。',
    'We are sorry for the trouble that this caused.',
  );
  return [...lines, line(2, sorry)];
}

function password(voice: Voice): Sentence {
  return voice.say(
    'お客さまのパスワードは間違っていません。変更なさる必要はありません。',
    'Your password is not wrong, and you need not change it.',
  );
}

/** What staff wrote, where it can be said in a breath or two; else only that it can be read. */
function instead(voice: Voice, { picture: { workaround } }: Broken): Ranked<Sentence[]>[] {
  if (!workaround) return [];
  const typed = voice.typed(workaround);
  if (typed.length === 0) {
    const elsewhere = voice.say(
      '今ご利用いただける方法を、ホームページでご案内しています。',
      'Our status page says what you can do meanwhile.',
    );
    return [line(3, elsewhere)];
  }
  return [
    line(3, voice.say('今ご利用いただける方法は、次のとおりです。', 'This is what you can do meanwhile.'), ...typed),
  ];
}

/** When the worst is expected to be over, and when more will be told. */
function outlook(voice: Voice, broken: Broken[], now: Instant): Ranked<Sentence[]>[] {
  const [worst] = broken;
  if (!worst) return [];
  const next = broken.flatMap((one) => one.picture.nextUpdateAt ?? []).filter((moment) => moment > now);
  const lines = [line(2, expectation(voice, worst, broken.length > 1, now))];
  if (next.length > 0) {
    const at = voice.time(Math.min(...next));
    const sentence =
      voice.language === 'ja'
        ? ['次のお知らせは、', ...at, 'の予定です。']
        : ['The next update is due at ', ...at, '.'];
    lines.push(line(2, sentence));
  }
  return lines;
}

function expectation(voice: Voice, { name, picture }: Broken, several: boolean, now: Instant): Sentence {
  const at = picture.expectedRecoveryAt ?? null;
  const who = several ? voice.name(name) : undefined;
  if (voice.language === 'ja') {
    const of = who ? [...who, 'の'] : [];
    if (at === null) return [...of, '回復の見込みは、確認中です。'];
    if (at <= now) return [...of, '回復の見込みとしていた時刻を過ぎました。新しい見込みを確認しています。'];
    return [...of, '回復は、', ...voice.time(at), 'ごろの見込みです。'];
  }
  const of = who ? [' of ', ...who] : [];
  if (at === null) return ['We do not know yet when to expect the recovery', ...of, '.'];
  if (at <= now) return ['The expected time of recovery', ...of, ' has passed, and we are finding out a new one.'];
  return ['Recovery', ...of, ' is expected at about ', ...voice.time(at), '.'];
}

function working(voice: Voice, situation: Situation): Ranked<Sentence[]>[] {
  const alone = situation.broken.length === 0;
  return situation.working.slice(0, FEW).map(({ names, until }, index) => {
    const first = alone && index === 0;
    const all = voice.joined(names.slice(0, FEW).map((name) => voice.name(name)));
    const end = voice.time(until);
    const sentence =
      voice.language === 'ja'
        ? [first ? 'ただいま、' : 'また、', ...all, 'の工事を行っています。', ...end, 'に終わる予定です。']
        : [
            first ? 'Planned work on ' : 'Planned work is also going on, on ',
            ...all,
            first ? ' is going on until ' : ', until ',
            ...end,
            '.',
          ];
    return line(first ? 0 : 4, sentence);
  });
}

function where(voice: Voice, { situation, publicUrl }: Call): Sentence {
  const broken = situation.broken.length > 0;
  const address = voice.address(publicUrl);
  if (voice.language === 'ja') {
    const page = address ? ['ホームページの故障・工事情報、', ...address, '、'] : ['当社ホームページの故障・工事情報'];
    return broken ? ['くわしくは、', ...page, 'をご覧ください。'] : ['最新の情報は、', ...page, 'でご覧いただけます。'];
  }
  return [
    broken ? 'For the latest, see our status page' : 'For news of faults and works, see our status page',
    ...(address ? [' at ', ...address] : []),
    '.',
  ];
}
