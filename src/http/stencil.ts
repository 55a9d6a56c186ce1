import { bytesOf } from './flat.ts';

/** Where something is to stand that is another one for each reader. Put into a view, it comes through the template as it is. */
export function hole(name: string): string {
  return `\u0000${name}\u0000`;
}

/** A page that was printed once with holes in it, and is filled for each reader. */
export class Stencil {
  /** Text and names of holes in turn. */
  readonly #parts: string[];

  constructor(html: string) {
    this.#parts = html.split(/\u0000([a-z]+\d*)\u0000/).map(bytesOf);
  }

  /** @param fillings by the name of the hole, as bytes (`bytesOf`) and escaped already. @returns bytes. */
  fill(fillings: ReadonlyMap<string, string>): string {
    const parts = this.#parts;
    let page = parts[0] ?? '';
    for (let at = 1; at < parts.length; at += 2) page += (fillings.get(parts[at] ?? '') ?? '') + parts[at + 1];
    return page;
  }
}
