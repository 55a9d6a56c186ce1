import type { Language } from '../../time.ts';

/**
 * A piece of a spoken sentence: plain words, or a text that a voice would read wrongly without a hint.
 * `say` is what is spoken in its place, `as` how it is read, `lang` the language it is in.
 */
export type Part = string | { text: string; say?: string; as?: 'characters' | 'time'; lang?: Language };

export type Sentence = Part[];

/** What a voice that is given plain text reads: one line for each sentence. */
export function spokenText(sentences: Sentence[]): string {
  return sentences.map((sentence) => `${spoken(sentence)}\n`).join('');
}

export function spoken(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : (part.say ?? part.text))).join('');
}

const VOICES: Record<Language, string> = { ja: 'ja-JP', en: 'en-US' };

/** The same as SSML 1.1, with a short breath after each sentence. */
export function ssml(sentences: Sentence[], language: Language): string {
  const marked = sentences.map((sentence) => `<s>${sentence.map(element).join('')}</s>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${VOICES[language]}">
<p>
${marked.join('\n<break time="400ms"/>\n')}
</p>
</speak>
`;
}

function element(part: Part): string {
  if (typeof part === 'string') return escaped(part);
  const text = escaped(part.text);
  if (part.say !== undefined) return `<sub alias="${escaped(part.say)}">${text}</sub>`;
  if (part.as === 'characters') return `<say-as interpret-as="characters">${text}</say-as>`;
  if (part.as === 'time') return `<say-as interpret-as="time" format="hms12">${text.replace(/[. ]/g, '')}</say-as>`;
  return part.lang ? `<lang xml:lang="${VOICES[part.lang]}">${text}</lang>` : text;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML cannot carry at all, an odd surrogate for instance, is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
