import { safetyHeaders } from '../../http/headers.ts';
import { Page } from './page.ts';
import { Room } from './room.ts';
import type { Printing, Sheet } from './sheet.ts';

/** Short, and good for a day where we do not answer: the edition must be up when all else is down. */
const CACHE = 'public, max-age=5, stale-while-revalidate=30, stale-if-error=86400';

/** The sheet of an address, and its bytes once they are printed. */
export interface Leaf {
  sheet: Sheet;
  page: Page | undefined;
}

/** What was printed late, all together: whoever walks through years of notices must not fill the machine. */
const lateOnes = new Room(16 * 1024 * 1024);

/** One edition, whole, for as long as somebody holds it. */
export class Printed {
  /** Which publication it is made of. */
  readonly number: number;
  /** What it was made of. */
  readonly printing: Printing;
  readonly #leaves: Map<string, Leaf>;
  readonly #secure: boolean;

  constructor(number: number, printing: Printing, leaves: Map<string, Leaf>) {
    this.number = number;
    this.printing = printing;
    this.#leaves = leaves;
    this.#secure = isSecure(printing);
  }

  /** Every path, in the order in which they were printed. */
  paths(): string[] {
    return [...this.#leaves.keys()];
  }

  sheet(path: string): Sheet | undefined {
    return this.#leaves.get(path)?.sheet;
  }

  /** The page under a path such as `/notices/20140306-1`, `/en` or `/?still`. @throws Error where a late one cannot be printed. */
  page(path: string): Page | undefined {
    const leaf = this.#leaves.get(path);
    if (!leaf) return undefined;
    if (leaf.page && !leaf.page.gone) return leaf.page;
    const page = bytesOf(leaf.sheet, this.#secure);
    leaf.page = page;
    lateOnes.take(page, page.bytes, () => page.drop());
    return page;
  }

  /** The page under a path where it has been printed. */
  printed(path: string): Page | undefined {
    return this.#leaves.get(path)?.page;
  }

  /** Whether asking for it is work: it has not been printed yet, or was let go of. */
  isDear(path: string): boolean {
    const leaf = this.#leaves.get(path);
    return leaf?.sheet.aside === true && (!leaf.page || leaf.page.gone);
  }

  /** Fetches what page() needs for this path. Resolves at once for nearly all. */
  async prepare(path: string): Promise<void> {
    await this.#leaves.get(path)?.sheet.tool?.fetch();
  }

  /** What is printed already and still good for the same sheet of the next edition. */
  kept(sheet: Sheet): Page | undefined {
    const leaf = this.#leaves.get(sheet.path);
    return leaf?.sheet.seal === sheet.seal && !leaf.page?.gone ? leaf.page : undefined;
  }

  /** The paths whose bytes are others than before, new or gone. What has never been asked for is known by its seal. */
  changedSince(last: Printed | undefined): string[] {
    const earlier = last === undefined ? new Map<string, Leaf>() : last.#leaves;
    const changed = [...this.#leaves].filter(([path, leaf]) => {
      const before = earlier.get(path);
      if (!before) return true;
      return leaf.page && before.page ? leaf.page !== before.page : leaf.sheet.seal !== before.sheet.seal;
    });
    const gone = [...earlier.keys()].filter((path) => !this.#leaves.has(path));
    return [...changed.map(([path]) => path), ...gone];
  }
}

export function isSecure({ publicUrl }: Pick<Printing, 'publicUrl'>): boolean {
  return publicUrl.startsWith('https://');
}

/** @throws Error that names the sheet. */
export function bytesOf(sheet: Sheet, secure: boolean): Page {
  try {
    return new Page(sheet.print(), sheet.type, {
      'cache-control': CACHE,
      // What a CDN is told to let go of: one page in its languages, or all of them.
      'surrogate-key': `edition ${surrogateKey(sheet.path)}`,
      ...safetyHeaders(sheet.use ?? (sheet.type.startsWith('text/html') ? 'page' : 'open'), secure),
      ...sheet.headers,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${sheet.path} cannot be printed: ${reason}`, { cause: error });
  }
}

/** `/notices/1` of `/en/notices/1?still`. */
export function surrogateKey(path: string): string {
  return path.replace(/^\/en(?=\/|\?|$)/, '').replace(/\?.*$/, '') || '/';
}
