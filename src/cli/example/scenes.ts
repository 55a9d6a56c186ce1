import { causesOf, codesOf, type Day, measuresOf, toldBy, windowOf, wordsOf } from './day.ts';

/** Something that happens on the day: when, what to show, and the call to the API that makes it so. */
export interface Scene {
  /** Historic time, ISO 8601. */
  at: string;
  title: string;
  /** The name under which later scenes find the notice that this one opens. */
  opens?: string;
  request(stage: { time: (iso: string) => string; id: (name: string) => string }): { path: string; body: object };
}

const on = (time: string) => `2014-03-06T${time}:00+09:00`;

/**
 * The day as staff with this service would have told it: each recovery when it came. First report, recovery and the delay's end are
 * mailed, so that whoever watches sees the three.
 */
export function scenesOf(day: Day): Scene[] {
  const open = (
    at: string,
    name: string,
    title: { ja: string; en: string },
    impact: object,
    body: { ja: string; en: string },
    more: object = {},
  ): Scene => ({
    at,
    opens: name,
    title: title.en,
    request: ({ time, id }) => ({
      path: '/api/v1/notices',
      body: {
        kind: 'fault',
        title,
        occurredAt: time((impact as { startedAt: string }).startedAt),
        approximate: true,
        impacts: [{ ...impact, startedAt: time((impact as { startedAt: string }).startedAt), approximate: true }],
        report: {
          phase: 'first',
          body,
          cause: { state: 'investigating' },
          expectedRecoveryAt: null,
          mail: true,
        },
        publish: true,
        ...(id('mail') === '' ? {} : { sharesRootWith: id('mail') }),
        ...more,
      },
    }),
  });
  const tell = (at: string, name: string, title: string, body: object, recoveredAt?: string): Scene => ({
    at,
    title,
    request: ({ time, id }) => ({
      path: `/api/v1/notices/${id(name)}/reports`,
      body: {
        ...body,
        publish: true,
        ...(recoveredAt ? { recovered: [{ impact: `${id(name)}-1`, at: time(recoveredAt) }] } : {}),
      },
    }),
  });
  const all = {
    service: 'mail',
    facilities: codesOf(day, 'notice-1'),
    area: { ja: '全国', en: 'Nationwide' },
    symptom: 'unavailable',
    startedAt: on('07:34'),
  };
  const again = {
    service: 'mail',
    facilities: codesOf(day, 'notice-2'),
    symptom: 'unavailable',
    startedAt: windowOf(day, 'notice-2').startedAt,
  };
  const late = {
    service: 'mail',
    facilities: 'all',
    symptom: 'delayed',
    startedAt: windowOf(day, 'notice-3').startedAt,
  };
  const login = {
    service: 'webmail',
    facilities: 'all',
    symptom: 'login',
    startedAt: windowOf(day, 'notice-4').startedAt,
  };
  return [
    open(
      on('08:00'),
      'mail',
      { ja: '【再現】OCNメールがご利用いただけません', en: 'Replay: OCN Mail is unavailable' },
      all,
      wordsOf(day, 'p-01'),
    ),
    tell(on('10:00'), 'mail', 'The top pages have it too', {
      phase: 'update',
      body: wordsOf(day, 'p-02'),
      prominent: true,
      mail: false,
    }),
    open(on('14:40'), 'delay', { ja: '【再現】OCNメールの到着が遅れています', en: 'Replay: OCN Mail is late' }, late, {
      ja: 'お預かりしたメールが届くまでに、通常より時間がかかっています。順番にお届けしています。',
      en: 'Mail that we hold takes longer than usual to arrive. It is being delivered in order.',
    }),
    open(
      on('14:50'),
      'again',
      { ja: '【再現】設備121・122で再びご利用いただけません', en: 'Replay: units 121 and 122 failed again' },
      again,
      {
        ja: 'OCNメール設備121・122をお使いのお客さまで、再びメールがご利用いただけなくなりました。復旧を急いでいます。',
        en: 'Customers on equipment 121 and 122 again cannot use mail. We are working to restore it.',
      },
    ),
    tell(
      on('15:00'),
      'mail',
      'Twenty units restored at 14:22',
      { phase: 'recovery', body: toldBy(day, 'notice-1'), mail: true },
      on('14:22'),
    ),
    tell(
      on('15:50'),
      'again',
      'Units 121 and 122 restored at 15:45',
      { phase: 'recovery', body: toldBy(day, 'notice-2'), mail: true },
      on('15:45'),
    ),
    open(
      on('16:10'),
      'login',
      { ja: '【再現】WebメールにOCN IDでログインしづらくなっています', en: 'Replay: webmail sign-in is hard' },
      login,
      {
        ja: 'OCN IDを使ったWebメールへのログインが、つながりにくくなっています。パスワードは間違っていません。',
        en: 'Signing in to webmail with an OCN ID is hard at present. Your password is not wrong.',
      },
    ),
    tell(
      on('19:40'),
      'login',
      'Webmail and sign-in restored at 19:32',
      { phase: 'recovery', body: toldBy(day, 'notice-4'), mail: true },
      on('19:32'),
    ),
    tell(
      on('21:29'),
      'delay',
      'The delay cleared at 21:25',
      { phase: 'delay_recovery', body: wordsOf(day, 'p-09'), mail: true },
      on('21:25'),
    ),
    tell(on('21:40'), 'mail', 'Final report: causes and measures', {
      phase: 'final',
      body: wordsOf(day, 'p-12'),
      causes: causesOf(day),
      measures: measuresOf(day),
      mail: false,
    }),
  ];
}
