import type { Message } from '../../errors.ts';
import { MINUTE, showDuration } from '../../time.ts';
import type { Rule } from './criteria.ts';
import type { Threshold } from './forecast.ts';
import type { Level, Verdict } from './judge.ts';

export const LEVEL_WORDS: Record<Level, Message> = {
  major: { ja: '重大', en: 'Serious' },
  periodic: { ja: '定期報告の対象', en: 'For the periodic report' },
  none: { ja: '報告の対象外', en: 'Not reportable' },
};

/** 3万人, 135,000人; in English with commas. */
export function usersWords(users: number): Message {
  const whole = users >= 10_000 && users % 10_000 === 0;
  const ja = whole ? `${(users / 10_000).toLocaleString('en')}万人` : `${users.toLocaleString('en')}人`;
  return { ja, en: `${users.toLocaleString('en')} ${users === 1 ? 'user' : 'users'}` };
}

/** 2時間以上かつ3万人以上 */
export function ruleWords(rule: Rule): Message {
  const [ja, en] = [showDuration(rule.minutes * MINUTE, 'ja'), showDuration(rule.minutes * MINUTE, 'en')];
  if (rule.users === null) return { ja: `全通信の途絶が${ja}以上`, en: `all traffic stopped for ${en} or more` };
  const users = usersWords(rule.users);
  return { ja: `${ja}以上かつ${users.ja}以上`, en: `${en} or more and ${users.en} or more` };
}

/** 区分五 / category 5; the rules without items have their name. */
export function categoryWords({ item, name }: { item: string | null; name: Message }): Message {
  const number = ITEMS.indexOf(item ?? '') + 1;
  return item === null ? name : { ja: `区分${item}`, en: `category ${number === 0 ? item : number}` };
}

const ITEMS = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];

/** 重大: 区分五、2時間以上かつ3万人以上. Below it, which limits of the periodic report are reached. */
export function verdictWords(verdict: Verdict): Message {
  const level = LEVEL_WORDS[verdict.level];
  if (verdict.met) {
    const rule = ruleWords(verdict.met.rule);
    const where =
      verdict.met.by === 'facility'
        ? { ja: '衛星・海底ケーブル等', en: 'satellite, submarine cable or the like' }
        : categoryWords(verdict.category);
    return { ja: `${level.ja}: ${where.ja}、${rule.ja}`, en: `${level.en}: ${where.en}, ${rule.en}` };
  }
  if (verdict.level === 'none') return level;
  const reasons = reasonWords(verdict);
  return { ja: `${level.ja}: ${reasons.ja}`, en: `${level.en}: ${reasons.en}` };
}

function reasonWords({ reasons, version, form }: Verdict): Message {
  const limits = version.periodic.find((one) => one.users !== undefined);
  const said = reasons.map((reason): Message => {
    if (reason === 'always') return { ja: '設備に関する情報の漏えい', en: 'leak of facts on equipment' };
    if (reason === 'minutes') {
      const length = (limits?.minutes ?? 0) * MINUTE;
      return { ja: `${showDuration(length, 'ja')}以上`, en: `${showDuration(length, 'en')} or more` };
    }
    const users = usersWords(limits?.users ?? 0);
    return { ja: `${users.ja}以上`, en: `${users.en} or more` };
  });
  const simple = form === 'simplified';
  return {
    ja: said.map((one) => one.ja).join('、') + (simple ? '（簡易な様式でもよい）' : ''),
    en: said.map((one) => one.en).join(', ') + (simple ? ' (the simplified form will do)' : ''),
  };
}

/** あと37分で、3万人以上なら重大な事故になります（区分五、2時間以上）. */
export function thresholdWords(threshold: Threshold): Message {
  const { rule, left, enoughUsers } = threshold;
  const category =
    threshold.by === 'facility'
      ? { ja: '衛星・海底ケーブル等', en: 'critical facility' }
      : categoryWords(threshold.category);
  const rules = ruleWords(rule);
  const users = rule.users === null ? null : usersWords(rule.users);
  const condition =
    users === null
      ? { ja: '全通信が途絶していれば', en: ' if all traffic has stopped' }
      : enoughUsers
        ? { ja: '', en: '' }
        : { ja: `${users.ja}以上に影響していれば`, en: ` at ${users.en}` };
  if (left <= 0) {
    return {
      ja: `${condition.ja}重大な事故に当たります（${category.ja}、${rules.ja}）`,
      en: `Serious now${condition.en} (${category.en}, ${rules.en})`,
    };
  }
  return {
    ja: `あと${showDuration(up(left), 'ja')}で、${condition.ja}重大な事故に当たります（${category.ja}、${rules.ja}）`,
    en: `Serious in ${showDuration(up(left), 'en')}${condition.en} (${category.en}, ${rules.en})`,
  };
}

/** A part of a minute that is left is a minute: nobody is told that the time is there before it is. */
const up = (milliseconds: number) => Math.ceil(milliseconds / MINUTE) * MINUTE;
