import { localPath } from '../../http/language.ts';
import { runsOf } from '../../paper/blocks.ts';
import type { Language } from '../../time.ts';
import type { Kind } from '../edition/sheet.ts';
import { Tool } from '../edition/tool.ts';
import { pageSheets } from '../pages/print.ts';
import { release } from './release.ts';

const LANGUAGES: Language[] = ['ja', 'en'];

/** With pdfkit and fontkit: ten megabytes less where nobody asks for a paper. */
const printer = new Tool(() => import('./pdf.ts'));

/** `/notices/{id}/press` and `.pdf`: the newest report as it is handed to the press. Asked for by few, printed when asked for. */
export const press: Kind = {
  routes: ['/notices/:id/press', '/notices/:id/press.pdf'],
  *sheets(printing) {
    const { content, operator, publicUrl } = printing;
    const ground = { content, publicUrl, zone: operator.timeZone };
    // A paper says what its report said: nothing in it changes with the hour.
    const catalogue = printing.stamp([]);
    for (const notice of content.notices) {
      const path = `/notices/${notice.id}/press`;
      const mark = `${catalogue}${notice.version}`;
      const both = () => ({ ja: release(notice, ground, 'ja'), en: release(notice, ground, 'en') });
      const view = () => ({ releases: both(), id: notice.id, runs: runsOf });
      yield* pageSheets(printing, { path, template: 'site/press', mark, view, late: true, aside: true });
      for (const language of LANGUAGES) {
        yield {
          path: localPath(`${path}.pdf`, language),
          type: 'application/pdf',
          seal: mark,
          late: true,
          aside: true,
          tool: printer,
          print: () => printer.here.pressPdf({ release: release(notice, ground, language), operator, language }),
        };
      }
    }
  },
};
