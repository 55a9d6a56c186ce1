import type { Message } from '../../errors.ts';
import type { SettingKey } from '../settings.ts';

export const GROUPS = {
  clocks: { ja: '報の期限', en: 'When reports are due' },
  customers: { ja: 'お客さまのページ', en: 'Pages of customers' },
  publishing: { ja: '公開', en: 'Publishing' },
  signIn: { ja: '担当者のサインイン', en: 'Staff sign-in' },
  regulator: { ja: '事故報告', en: 'Reports to the ministry' },
  mails: { ja: '通知メール', en: 'Alert mails' },
  surfaces: { ja: '予告と掲載先', en: 'Announcements and surfaces' },
  warnings: { ja: '担当者への警告', en: 'Warnings to staff' },
} satisfies Record<string, Message>;

export interface SettingLabel {
  group: keyof typeof GROUPS;
  label: Message;
  /** What it does and why one would change it. */
  why: Message;
  /** Of a number. */
  unit?: Message;
  /** Of a choice, or of a list to tick: each value's word. */
  words?: Record<string, Message>;
  /** How a text is typed: a time of day, an address of the web. */
  as?: 'time' | 'url';
}

export const MINUTES: Message = { ja: '分', en: 'minutes' };

/** What the page of settings says of each. A key of settings.ts without a label does not compile. */
export const LABELS: Record<SettingKey, SettingLabel> = {
  passwordWhenUnknown: {
    group: 'customers',
    label: {
      ja: '故障の有無を確認できないときのパスワード変更',
      en: 'Password change while faults cannot be determined',
    },
    why: {
      ja: '故障中のお客さまには、パスワードは間違っていないことを伝え、変更を受け付けません。故障の有無を確認できないときに受け付けるかどうかを選びます。',
      en: 'While a customer’s mail server is in a fault he is told that his password is not wrong, and cannot change it. Choose what happens while that cannot be determined.',
    },
    words: {
      open: { ja: '受け付ける（確認できないことを表示）', en: 'Allowed, and the page says so' },
      closed: { ja: '受け付けない', en: 'Not allowed' },
    },
  },
  recoveryHoldMinutes: {
    group: 'mails',
    label: { ja: '回復メールを待たせる時間', en: 'Recovery mails wait for' },
    why: {
      ja: '公開からこの時間がたつまで、回復のメールを送りません。その間に再び故障したときは送らずに取り消し、3通の枠も使いません。0にすると、すぐに送ります。',
      en: 'Recovery is mailed this long after its publication. If the server fails again meanwhile, the mails are taken back and none of the three is spent. 0 mails at once.',
    },
    unit: MINUTES,
  },
  firstReportMinutes: {
    group: 'clocks',
    label: { ja: '初報までの時間', en: 'First report within' },
    why: {
      ja: '発生からと認知からの両方を数えます。期限が近づくと「いま対応すること」に表示します。',
      en: 'Counted both from occurrence and from recognition. The console shows when the limit comes near.',
    },
    unit: MINUTES,
  },
  updateMinutes: {
    group: 'clocks',
    label: { ja: '続報の間隔', en: 'Updates every' },
    why: {
      ja: '回復するまで、前の報からこの時間以内に次の報を出します。',
      en: 'While something is broken, the next report is due this long after the one before.',
    },
    unit: MINUTES,
  },
  criteriaLater: {
    group: 'regulator',
    label: { ja: '施行日を確かめた基準の版', en: 'Versions of the criteria that you have verified' },
    why: {
      ja: '「事故報告」の「基準とサービスの区分」で、版ごとに適用を始める日を入れると、ここに並びます（例: proposal-2025-09=2026-04-01）。空欄は、確かめられた版だけを使います。',
      en: 'Easier to set under “Criteria and categories” of the accident reports: each version with its first day, such as proposal-2025-09=2026-04-01. Empty: only verified versions count.',
    },
  },
  detailedReportDays: {
    group: 'regulator',
    label: { ja: '詳細な報告の期限', en: 'Detailed report within' },
    why: { ja: '重大な事故の発生の日から数えます。', en: 'Counted from the day on which a serious accident occurred.' },
    unit: { ja: '日', en: 'days' },
  },
  periodicReportEach: {
    group: 'regulator',
    label: { ja: '定期報告の単位', en: 'One periodic report covers' },
    why: {
      ja: '四半期ごとの報告を年度ごとに改める案があります。施行を確かめてから変えてください。',
      en: 'A draft turns quarterly reports into yearly ones. Change this once you have verified that it is in force.',
    },
    words: { quarter: { ja: '四半期', en: 'A quarter' }, fiscal_year: { ja: '年度', en: 'A fiscal year' } },
  },
  periodicReportMonths: {
    group: 'regulator',
    label: { ja: '定期報告の期限', en: 'Periodic report within' },
    why: { ja: '四半期または年度が終わってから数えます。', en: 'Counted from the end of the quarter or fiscal year.' },
    unit: { ja: 'か月', en: 'months' },
  },
  reportReminderDays: {
    group: 'regulator',
    label: { ja: '報告の期限の何日前に知らせるか', en: 'Remind before a report is due by' },
    why: {
      ja: '提出していない詳細な報告と定期報告を、「担当者への警告」の宛先に知らせます。期限の前日と、期限を過ぎたときにも、1回ずつ知らせます。',
      en: 'Detailed and periodic reports that were not handed in are told to whom “Warnings to staff” names: then, a day before, and once when the date has passed.',
    },
    unit: { ja: '日前', en: 'days' },
  },
  timelinessPublic: {
    group: 'publishing',
    label: { ja: 'お知らせまでの時間のページ', en: 'Page on how soon we tell' },
    why: {
      ja: '故障の発生から初報までの時間を四半期ごとにまとめたページ（/timeliness）を、どなたでも見られるようにします。数字は「事故報告」の「報の早さ」と同じです。',
      en: 'Lets everybody read at /timeliness how long it took from each fault to its first report, by quarter. The figures are those of “Timeliness” among the accident reports.',
    },
    words: { hidden: { ja: '公開しない', en: 'Not shown' }, shown: { ja: '公開する', en: 'Shown to everybody' } },
  },
  nightFrom: {
    group: 'clocks',
    label: { ja: '深夜の始まり', en: 'Night begins at' },
    why: {
      ja: 'この時刻から「深夜の終わり」までに期限が来る続報は、深夜の終わりまで延ばします。2つを同じ時刻にすると、深夜の例外はなくなります。',
      en: 'An update that falls due at night is owed when the night ends. Where both times are the same there is no night.',
    },
    as: 'time',
  },
  nightTo: {
    group: 'clocks',
    label: { ja: '深夜の終わり', en: 'Night ends at' },
    why: {
      ja: '「本日最後のお知らせ」のあと、次の報の期限もこの時刻です。',
      en: 'After “the last report for today” the next one is owed at this time, too.',
    },
    as: 'time',
  },
  recoveryReportMinutes: {
    group: 'clocks',
    label: { ja: '回復報までの時間', en: 'Recovery report within' },
    why: {
      ja: '回復してから、回復報を出すまでの時間です。',
      en: 'From the moment at which it works again to the report that says so.',
    },
    unit: MINUTES,
  },
  finalReportDays: {
    group: 'clocks',
    label: { ja: '終報までの日数', en: 'Final report within' },
    why: {
      ja: '回復してから、原因と再発防止策をお知らせするまでの日数です。',
      en: 'From recovery to the report of causes and measures.',
    },
    unit: { ja: '日', en: 'days' },
  },
  finalReportFor: {
    group: 'clocks',
    label: { ja: '終報を出す故障', en: 'Final reports are owed on' },
    why: { ja: '終報の期限を数える故障です。', en: 'Which faults have a limit for the final report.' },
    words: {
      serious: { ja: '重大な故障', en: 'serious faults' },
      all: { ja: 'すべての故障', en: 'all faults' },
    },
  },
  warnBeforeMinutes: {
    group: 'clocks',
    label: { ja: '期限の何分前に知らせるか', en: 'Warn before a limit by' },
    why: {
      ja: 'この時間を切ると「まもなく期限」と表示し、担当者に知らせます。',
      en: 'From then on it is shown as “due soon”, and staff are warned.',
    },
    unit: MINUTES,
  },
  typedCountAbove: {
    group: 'publishing',
    label: { ja: '件数の入力を求める配信数', en: 'Ask for the number above' },
    why: {
      ja: 'これより多くの宛先にメールが届く報は、公開するときに件数の入力を求めます。0にすると求めません。',
      en: 'Whoever publishes a report that mails more addresses than this types how many they are. 0: never.',
    },
    unit: { ja: '件', en: 'mails' },
  },
  secondPersonFor: {
    group: 'publishing',
    label: { ja: '2人目の承認が必要な報', en: 'Reports that need a second person' },
    why: {
      ja: '選んだ種別の報は、書いた人とは別の担当者が文面を承認するまで公開できません。APIからの公開も同じです。訂正には及びません。',
      en: 'They are published only after somebody else than their writer has approved the text; by programs, too. Corrections are not meant.',
    },
    words: {
      first: { ja: '初報', en: 'First report' },
      update: { ja: '続報', en: 'Update' },
      partial_recovery: { ja: '一部回復', en: 'Partial recovery' },
      recovery: { ja: '回復報', en: 'Recovery' },
      delay_recovery: { ja: '遅延回復報', en: 'Delay recovery' },
      final: { ja: '終報', en: 'Final report' },
      plan: { ja: '工事の予告', en: 'Work: plan' },
      start: { ja: '工事の開始', en: 'Work: start' },
      extend: { ja: '工事の延長', en: 'Work: extended' },
      complete: { ja: '工事の完了', en: 'Work: completed' },
      cancel: { ja: '工事の中止', en: 'Work: cancelled' },
    },
  },
  secondFactorFor: {
    group: 'signIn',
    label: { ja: '2段階認証を必須にする担当者', en: 'Who needs a second step to sign in' },
    why: {
      ja: '必須の担当者は、認証アプリを設定するまでほかの操作ができません。すぐに有効になります。',
      en: 'Until they have set up an authenticator app they can do nothing else. It counts at once.',
    },
    words: {
      nobody: { ja: '必須にしない（任意）', en: 'Nobody (as they like)' },
      admins: { ja: '管理', en: 'Administrators' },
      publishers: { ja: '公開と管理', en: 'Publishers and administrators' },
      everyone: { ja: '全員', en: 'Everybody' },
    },
  },
  workLeadDays: {
    group: 'surfaces',
    label: { ja: '工事の予告は何日前までか', en: 'Announce work before it begins by' },
    why: {
      ja: 'これより遅い予告には、作成の画面で注意を表示します。公開はできます。',
      en: 'A later announcement is told so while it is written. It can be published all the same.',
    },
    unit: { ja: '日', en: 'days' },
  },
  surfaces: {
    group: 'surfaces',
    label: { ja: 'ほかの掲載先', en: 'Other surfaces' },
    why: {
      ja: 'ほかのトップページ、別のブランド、販売会社などです。お知らせの画面で掲載日時を記録し、まだ掲載していない先を表示します。例: press = 報道発表 / Press release',
      en: 'Other top pages, brands, resellers. Staff record when each had a report, and see who has not. For example: press = 報道発表 / Press release',
    },
  },
  warnMail: {
    group: 'warnings',
    label: { ja: '警告のメールの宛先', en: 'Warn by mail' },
    why: {
      ja: '期限が近づいたときと、過ぎたときに、1回ずつ送ります。お客さまへのメールより先に送られます。',
      en: 'Once before each limit and once when it has passed. These mails never wait behind those to customers.',
    },
  },
  warnLanguage: {
    group: 'warnings',
    label: { ja: '警告のメールの言語', en: 'Language of these mails' },
    why: { ja: '警告のメールだけに使います。', en: 'Of the warnings only.' },
    words: { ja: { ja: '日本語', en: 'Japanese' }, en: { ja: '英語', en: 'English' } },
  },
  warnWebhook: {
    group: 'warnings',
    label: { ja: '警告を送るURL（Webhook）', en: 'Warn by a call to this URL' },
    why: {
      ja: '呼び出しサービスやチャットなどに、署名付きのJSONをPOSTします。空欄なら送りません。',
      en: 'A signed JSON is posted to it: a paging service or a chat. Empty: nobody is called.',
    },
    as: 'url',
  },
  outboundAllow: {
    group: 'warnings',
    label: { ja: '社内への呼び出しを許す宛先', en: 'Hosts inside that may be called' },
    why: {
      ja: 'Webhookは、ふだんは社外の https:// だけに送ります。社内のホスト名、IPアドレス、10.1.0.0/16 のような範囲を許すときに入力します。',
      en: 'Calls go to public https addresses only. Name hosts, addresses or networks like 10.1.0.0/16 that may be inside.',
    },
  },
};
