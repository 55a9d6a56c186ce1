import type { Name } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import { plainLines } from '../../notices/wording/markup.ts';
import type { Instant, Language } from '../../time.ts';
import type { Sentence } from './speech.ts';
import { spokenTime } from './spoken-time.ts';

/** In characters. A longer name is hard to follow by ear. */
const LONGEST_NAME: Record<Language, number> = { ja: 30, en: 45 };
const LONGEST_TYPED: Record<Language, number> = { ja: 110, en: 280 };
const LONGEST_HOST = 50;

/** Puts names, times and staff's own words into sentences of one language, said at one moment. */
export class Voice {
  readonly language: Language;
  readonly #now: Instant;
  readonly #zone: string;

  constructor(language: Language, now: Instant, zone: string) {
    this.language = language;
    this.#now = now;
    this.#zone = zone;
  }

  say(ja: string, en: string): Sentence {
    return [this.language === 'ja' ? ja : en];
  }

  time(at: Instant): Sentence {
    return spokenTime(at, this.#now, this.#zone, this.language);
  }

  /** A name too long to be said is not cut in two: something shorter that is true stands for it. */
  name(name: Name, instead: Message = { ja: '一部のサービス', en: 'some services' }): Sentence {
    const language = this.language === 'en' && name.en !== undefined ? 'en' : 'ja';
    const text = tidy(name[language] ?? name.ja);
    if ([...text].length > LONGEST_NAME[this.language] || text === '') return [instead[this.language]];
    return [language === this.language ? text : { text, lang: language }];
  }

  joined(names: Sentence[]): Sentence {
    return names.flatMap((name, index) => {
      if (index === 0) return name;
      const between = this.language === 'ja' ? '、' : index === names.length - 1 ? ' and ' : ', ';
      return [between, ...name];
    });
  }

  /** Staff's own sentences where a voice can read them: in its language, without addresses, and short. Else none. */
  typed(text: Name | undefined): Sentence[] {
    const own = this.language === 'ja' ? text?.ja : text?.en;
    const said = plainLines(own ?? '')
      .flatMap((line) => line.match(/[^。！？!?]+(?:[。！？!?]+|$)/g) ?? [])
      .map((sentence) => tidy(sentence.replace(/^・/, '')))
      .filter((sentence) => sentence !== '');
    const length = said.reduce((sum, sentence) => sum + [...sentence].length, 0);
    if (length > LONGEST_TYPED[this.language] || said.some((sentence) => /:\/\/|www\.|@/i.test(sentence))) return [];
    const stop = this.language === 'ja' ? '。' : '.';
    return said.map((sentence) => [/[。！？!?.]$/.test(sentence) ? sentence : `${sentence}${stop}`]);
  }

  /** status.example is said "status dot example"; undefined where nobody could write down what he hears. */
  address(publicUrl: string): Sentence | undefined {
    const { host, pathname } = new URL(publicUrl);
    const text = `${host}${pathname}`.replace(/\/$/, '');
    if (text.length > LONGEST_HOST || /xn--|%/.test(text)) return undefined;
    const words = MARKS[this.language];
    const say = text.replace(/[.\-:/_]/g, (mark) => ` ${words[mark] ?? mark} `).replace(/ +/g, ' ');
    return [{ text, say }];
  }
}

const MARKS: Record<Language, Record<string, string>> = {
  ja: { '.': 'ドット', '-': 'ハイフン', ':': 'コロン', '/': 'スラッシュ', _: 'アンダーバー' },
  en: { '.': 'dot', '-': 'dash', ':': 'colon', '/': 'slash', _: 'underscore' },
};

/** 051 is said digit by digit. */
export function digitByDigit(name: Sentence): Sentence {
  return name.flatMap((part): Sentence => {
    if (typeof part !== 'string') return [part];
    const pieces = part.split(/(\d+)/).filter((piece) => piece !== '');
    return pieces.map((piece) => (/^\d+$/.test(piece) ? { text: piece, as: 'characters' } : piece));
  });
}

/** One line, without what cannot be said or turns the line around. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
