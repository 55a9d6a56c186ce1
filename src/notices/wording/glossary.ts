/** A word of the trade, and how to say it to somebody who only wants to read his mail. */
interface Term {
  /** As staff are shown it. */
  term: string;
  plain: string;
  /** Where it is not what it looks like is left out here: 障害者 is a person. */
  pattern: RegExp;
}

const ja = (term: string, plain: string, pattern = new RegExp(term, 'g')): Term => ({ term, plain, pattern });
const en = (term: string, plain: string, pattern = new RegExp(`\\b${term}\\b`, 'gi')): Term => ({
  term,
  plain,
  pattern,
});

/** Longer ones first: 流量規制 before 規制. */
const JAPANESE: Term[] = [
  ja('流量規制', '通信の制限'),
  ja('通信規制', '通信の制限'),
  ja('ふくそう', '混み合い'),
  ja('輻輳', '混み合い', /輻[輳湊]/g),
  ja('切り戻し', '元の状態に戻す作業', /切り?戻し/g),
  ja('ロールバック', '元の状態に戻す作業'),
  ja('縮退運転', '機能を減らした運転'),
  ja('縮退', '機能を減らした運転'),
  ja('疎通確認', '通信の確認'),
  ja('疎通', '通信'),
  ja('冗長化', '予備の用意'),
  ja('冗長構成', '予備を備えた構成'),
  ja('収容設備', 'お客さまがつながっている設備'),
  ja('収容局', 'お客さまがつながっている局'),
  ja('フェイルオーバー', '予備への切り替え', /フェ[イー]ルオーバー?/g),
  ja('系切替', '予備への切り替え', /系切り?替え?/g),
  ja('トラフィック', '通信量', /トラ[フヒ]ィ?ック/g),
  ja('スループット', '通信の速さ'),
  ja('パケットロス', '通信の抜け'),
  ja('リブート', '再起動'),
  ja('ハングアップ', '停止'),
  ja('ノード', '装置'),
  ja('呼損', '電話がつながらないこと'),
  ja('発呼', '発信'),
  ja('着呼', '着信'),
  ja('網側', 'ネットワーク側'),
  ja('閾値', '基準の値'),
  ja('事象', '状況'),
  ja('インシデント', '故障'),
  ja('障害', '故障', /(?<!視覚|聴覚|身体|知的|精神|発達)障害(?![者児物福]|年金|手帳)/g),
];

const ENGLISH: Term[] = [
  en('rolled back', 'set back to how it was'),
  en('rollback', 'return to how it was'),
  en('failover', 'switch to the spare'),
  en('throughput', 'speed'),
  en('latency', 'delay'),
  en('packet loss', 'lost data'),
  en('congestion', 'too much traffic'),
  en('intermittently', 'at times'),
  en('mitigated', 'made less'),
  en('degradation', 'slow service'),
  en('reboot', 'restart'),
];

/** A term that occurs, where, and what may stand in its place. */
export interface Suggestion {
  term: string;
  plain: string;
  places: { field: string; count: number }[];
}

/** What of this form could be said in plainer words. Only texts for readers have a language: `body.ja`, `measures.0.text.en`. */
export function plainWordsFor(fields: Record<string, string>): Suggestion[] {
  return [...JAPANESE, ...ENGLISH].flatMap((one) => {
    const places = Object.keys(fields)
      .filter((field) => termsOf(field).includes(one))
      .map((field) => ({ field, count: fields[field]?.match(one.pattern)?.length ?? 0 }))
      .filter(({ count }) => count > 0);
    return places.length > 0 ? [{ term: one.term, plain: one.plain, places }] : [];
  });
}

/** The same form with those terms said plainly, in every text for readers. */
export function inPlainWords(fields: Record<string, string>, terms: string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, text]) => {
      const chosen = termsOf(field).filter(({ term }) => terms.includes(term));
      return [field, chosen.reduce((said, { pattern, plain }) => said.replace(pattern, plain), text)];
    }),
  );
}

function termsOf(field: string): Term[] {
  if (field.endsWith('.ja')) return JAPANESE;
  return field.endsWith('.en') ? ENGLISH : [];
}
