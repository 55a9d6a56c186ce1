import type { Symptom } from '../impact.ts';
import type { Text } from '../notice.ts';
import type { Phase } from '../phases.ts';
import type { Template } from './template.ts';

const SORRY: Text = {
  ja: 'ご不便をおかけし、申し訳ございません。',
  en: 'We apologise for the inconvenience.',
};
/** On 6 March 2014 customers changed passwords that were never wrong. */
const NOT_YOUR_PASSWORD: Text = {
  ja: 'パスワードが誤っているためではありません。パスワードの変更や設定の見直しは必要ありません。',
  en: 'Your password is not wrong. Please change neither it nor your settings.',
};
const WORKING: Text = {
  ja: '原因を調べ、回復の作業を進めています。',
  en: 'We are investigating and working to restore the service.',
};

function text(...paragraphs: Text[]): Text {
  return {
    ja: paragraphs.map(({ ja }) => ja).join('\n\n'),
    en: paragraphs.map(({ en = '' }) => en).join('\n\n'),
  };
}

function first(symptom: Symptom, name: Text, title: Text, what: Text): Template {
  return {
    id: `standard-first-${symptom}`,
    name,
    phase: 'first',
    service: null,
    symptom,
    title,
    body: symptom === 'delayed' ? text(what, WORKING, SORRY) : text(what, NOT_YOUR_PASSWORD, WORKING, SORRY),
  };
}

function later(phase: Phase, name: Text, body: Text, title: Text | null = null): Template {
  return { id: `standard-${phase}`, name, phase, service: null, symptom: null, title, body };
}

/** What comes with the program. Staff change each for themselves; one that they changed takes its place. */
export const STANDARD: readonly Template[] = [
  first(
    'unavailable',
    { ja: '初報・利用できない', en: 'First report: unavailable' },
    { ja: '{サービス}がご利用いただけない状況について', en: '{service} is unavailable' },
    {
      ja: '{発生日時}から、{サービス}をご利用いただけない状況が発生しています。\n対象の設備: {設備}',
      en: '{service} has been unavailable since {occurred}.\nEquipment concerned: {facilities}',
    },
  ),
  first(
    'degraded',
    { ja: '初報・利用しづらい', en: 'First report: hard to use' },
    { ja: '{サービス}がご利用しづらい状況について', en: '{service} is hard to use' },
    {
      ja: '{発生日時}から、{サービス}をご利用しづらい状況が発生しています。\n対象の設備: {設備}',
      en: '{service} has been hard to use since {occurred}.\nEquipment concerned: {facilities}',
    },
  ),
  first(
    'delayed',
    { ja: '初報・配送の遅れ', en: 'First report: delays' },
    { ja: '{サービス}の到着が遅れている状況について', en: 'Delays in {service}' },
    {
      ja: '{発生日時}から、{サービス}の到着に遅れが生じています。お預かりしたメールは失われておらず、順にお届けします。\n対象の設備: {設備}',
      en: 'Since {occurred}, {service} has been arriving late. Nothing is lost; what we hold is delivered in order.\nEquipment concerned: {facilities}',
    },
  ),
  first(
    'login',
    { ja: '初報・ログインしづらい', en: 'First report: hard to sign in' },
    { ja: '{サービス}にログインしづらい状況について', en: 'It is hard to sign in to {service}' },
    {
      ja: '{発生日時}から、{サービス}にログインしづらい状況が発生しています。',
      en: 'It has been hard to sign in to {service} since {occurred}.',
    },
  ),
  later(
    'update',
    { ja: '続報・作業中', en: 'Update: work goes on' },
    text(
      {
        ja: '{サービス}について、{発生日時}から続く状況は、まだ回復していません。',
        en: '{service} has not recovered since {occurred}.',
      },
      { ja: '回復の見込み: {回復見込み}', en: 'Expected recovery: {expected}' },
      SORRY,
    ),
  ),
  later(
    'partial_recovery',
    { ja: '一部回復', en: 'Partly restored' },
    text(
      {
        ja: '{発生日時}から続いていた{サービス}の故障は、{回復日時}に一部回復しました。残る影響の回復を進めています。',
        en: 'The fault of {service} that began at {occurred} was partly resolved at {recovered}. We go on with the rest.',
      },
      SORRY,
    ),
  ),
  later(
    'recovery',
    { ja: '回復報', en: 'Restored' },
    text(
      {
        ja: '{発生日時}から続いていた{サービス}の故障は、{回復日時}に回復しました。',
        en: 'The fault of {service} that began at {occurred} was resolved at {recovered}.',
      },
      { ja: 'ご不便をおかけしたことを、おわび申し上げます。', en: 'We apologise to everybody who was affected.' },
    ),
  ),
  later(
    'delay_recovery',
    { ja: '遅延回復報', en: 'Delay cleared' },
    text(
      { ja: '{サービス}の遅れは、{回復日時}に解消しました。', en: 'The delay of {service} cleared at {recovered}.' },
      { ja: 'お待たせしたことを、おわび申し上げます。', en: 'We apologise for the wait.' },
    ),
  ),
  later(
    'plan',
    { ja: '工事の予告', en: 'Work is announced' },
    text(
      {
        ja: '次の日時に、設備の工事を行います。\n\n- 日時: {工事開始} から {工事終了} まで\n- 対象: {サービス}（{設備}）\n- 影響: {症状}',
        en: 'We will work on our equipment.\n\n- When: from {from} to {to}\n- What: {service} ({facilities})\n- Effect: {symptom}',
      },
      { ja: 'ご理解とご協力をお願いいたします。', en: 'Thank you for your understanding.' },
    ),
    { ja: '{サービス} 設備工事のお知らせ', en: 'Planned work on {service}' },
  ),
  later(
    'start',
    { ja: '工事の開始', en: 'Work has begun' },
    {
      ja: '予告した{サービス}の工事を始めました。終了の予定は {工事終了} です。',
      en: 'The work on {service} has begun. It is planned to end at {to}.',
    },
  ),
  later(
    'extend',
    { ja: '工事の延長', en: 'Work goes on longer' },
    {
      ja: '{サービス}の工事を {工事終了} まで延長します。ご迷惑をおかけし、申し訳ございません。',
      en: 'The work on {service} goes on until {to}. We apologise.',
    },
  ),
  later(
    'complete',
    { ja: '工事の完了', en: 'Work is over' },
    {
      ja: '{サービス}の工事は完了しました。ご協力ありがとうございました。',
      en: 'The work on {service} is over. Thank you for your understanding.',
    },
  ),
  later(
    'cancel',
    { ja: '工事の中止', en: 'Work is cancelled' },
    {
      ja: '予告した{サービス}の工事は中止します。あらためて行う場合は、またお知らせします。',
      en: 'The work on {service} is cancelled. We will announce it anew if it is to take place.',
    },
  ),
];
