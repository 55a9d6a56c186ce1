/** What a page without looks may weigh, in bytes as they are before any compression: a second on a line of 40 kbit/s. */
export const MOST_BYTES = 5000;

/** The first of these ways to say it that is light enough, or the last: the fullest stands first. */
export function lightEnough<Way>(ways: Way[], print: (way: Way) => string): string {
  let page = '';
  for (const way of ways) {
    page = print(way);
    if (Buffer.byteLength(page) <= MOST_BYTES) return page;
  }
  return page;
}

/** Shortens texts, and remembers whether it did: its reader is told. */
export class Scissors {
  used = false;

  /** The text as far as so many letters reach, with … where something is left out. */
  cut(text: string, letters: number): string {
    // A letter has at most two units; what is far too long is not taken apart whole.
    const all = [...text.slice(0, 2 * Math.min(letters, MOST_BYTES) + 2)];
    if (all.length <= letters) return text;
    this.used = true;
    return `${all.slice(0, letters).join('')}…`;
  }

  /** The first of a list. */
  some<One>(list: One[], most: number): One[] {
    if (list.length > most) this.used = true;
    return list.slice(0, most);
  }

  /** Lines as far as so many letters reach, all together. */
  lines(lines: string[], letters: number): string[] {
    let left = letters;
    const kept: string[] = [];
    for (const line of lines) {
      if (left <= 0) {
        this.used = true;
        break;
      }
      kept.push(this.cut(line, left));
      left -= line.length;
    }
    return kept;
  }
}
