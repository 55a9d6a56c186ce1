import { localPath } from '../../http/language.ts';
import { render } from '../../http/views.ts';
import type { Language } from '../../time.ts';
import type { Printing, Sheet } from '../edition/sheet.ts';

/** Added to the address of a page that does not reload itself: WCAG 2.2.1, for who reads slowly or has it read to him. */
export const STILL = '?still';

const LANGUAGES: Language[] = ['ja', 'en'];

export interface PageForReaders {
  /** Without /en. */
  path: string;
  /** Below templates/, without .eta. */
  template: string;
  /** What its reader would want to know of: an open page offers itself anew when it is another. A stamp, mostly. */
  mark: string;
  /** The edition that it is printed from, where that is in its seal: saves its reader's browser one look. */
  edition?: string;
  /** What else changes its bytes. */
  seal?: string;
  /** What the template shows, beside the helpers. Asked for once, and only where the page is printed. */
  view: () => object;
  /** Whether something on it is going on: it comes again by itself where no script runs. */
  reloads?: boolean;
  /** Asked for by few: printed at its first request. */
  late?: boolean;
  /** Left out of the files of each publication (Sheet.aside). */
  aside?: boolean;
}

/** One page in both languages, and once more without reloading where it reloads itself. */
export function* pageSheets(printing: Printing, page: PageForReaders): Iterable<Sheet> {
  const { operator, publicUrl } = printing;
  const { path, mark, edition = '', reloads = false, late = false, aside = false } = page;
  const seal = `${mark} ${edition} ${page.seal ?? ''}${reloads}`;
  let view: object | undefined;
  for (const language of LANGUAGES) {
    const address = localPath(path, language);
    for (const still of reloads ? [false, true] : [false]) {
      yield {
        path: still ? address + STILL : address,
        type: 'text/html; charset=utf-8',
        seal,
        late,
        aside,
        print() {
          view ??= page.view();
          const around = { mark, edition, here: path, publicUrl, reload: reloads && !still, still };
          return render(page.template, language, operator, { ...view, ...around });
        },
      };
    }
  }
}
