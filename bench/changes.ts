import { compareTexts } from '../src/notices/compare.ts';

/**
 * What it costs to find the changes between two texts of 20,000 Japanese characters: processor time, median of nine, in ms.
 * `npm run --silent bench:changes`
 */
const SAMPLE =
  'メールの送受信がご利用いただけない状況が続いています。対象の設備は051から142までです。復旧の見込みは確認中です、わかり次第お知らせします。' +
  'お客さまのパスワードは間違っていません。原因は、機器の故障と推定しています。';
const WORDS = [
  ...new Set(Array.from(new Intl.Segmenter('ja', { granularity: 'word' }).segment(SAMPLE), (one) => one.segment)),
];
const LENGTH = 20_000;

let seed = 20140306;
function random(): number {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
}

const anyWord = () => WORDS[Math.floor(random() * WORDS.length)] ?? '';

/** A stop comes after one word in so many. */
function written(wordsToAStop: number): string[] {
  const words: string[] = [];
  for (let length = 0; length < LENGTH; length += words.at(-1)?.length ?? 0) {
    words.push(anyWord(), ...(random() < 1 / wordsToAStop ? ['。\n'] : []));
  }
  return words;
}

const rewritten = (words: string[], share: number) => words.map((word) => (random() < share ? anyWord() : word));

function measured(before: string, after: string): number {
  const times = Array.from({ length: 9 }, () => {
    const start = process.cpuUsage();
    compareTexts(before, after, 'ja');
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return times.sort((a, b) => a - b)[4] ?? 0;
}

for (const [name, wordsToAStop] of [
  ['sentences', 20],
  ['long sentences', 100],
  ['one sentence', 1e9],
] as const) {
  for (const share of [0.01, 0.1, 0.3, 1]) {
    const words = written(wordsToAStop);
    const spent = measured(words.join(''), rewritten(words, share).join(''));
    console.log(
      `${name.padEnd(15)} ${String(share * 100).padStart(3)} % of the words rewritten  ${spent.toFixed(1).padStart(5)} ms`,
    );
  }
}
