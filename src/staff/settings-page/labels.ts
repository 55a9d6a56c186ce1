import type { Message } from '../../errors.ts';
import type { SettingKey } from '../settings.ts';

export const GROUPS = {
  clocks: { ja: '報の期限', en: 'When reports are due' },
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
};
