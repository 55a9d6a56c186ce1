import { Busy, NotFound } from '../../errors.ts';
import { assetFiles } from '../../http/assets.ts';
import { localPath } from '../../http/language.ts';
import { type Operator, render } from '../../http/views.ts';
import type { Extra } from './tree.ts';

const HTML = 'text/html; charset=utf-8';

/** What static files need beside the edition: all that its pages ask for, and pages for what is missing or does not answer, which have no address of their own: `_/en/404.html`. */
export function extrasOf(operator: Operator): Extra[] {
  const unavailable = new Busy(60, {
    ja: 'ただいまこの画面をご利用いただけません。故障・工事の状況は、下のリンクからご覧いただけます。',
    en: 'This page is not available at the moment. The state of our services can still be read below.',
  });
  const pages = (['ja', 'en'] as const).flatMap((language) =>
    (
      [
        ['404', new NotFound()],
        ['unavailable', unavailable],
      ] as const
    ).map(([name, error]) => ({
      file: `_${localPath(`/${name}.html`, language)}`,
      type: HTML,
      bytes: Buffer.from(render('error', language, operator, { message: error.text, errors: [], here: '/' })),
    })),
  );
  return [...assetFiles(operator).map(({ path, type, bytes }) => ({ file: path.slice(1), type, bytes })), ...pages];
}
