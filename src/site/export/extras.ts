import { NotFound, type Refusal } from '../../errors.ts';
import { assetFiles } from '../../http/assets.ts';
import { localPath } from '../../http/language.ts';
import { MANY_SIGN_IN } from '../../http/passwords.ts';
import { type PublicStatus, render } from '../../http/views.ts';
import { briefOf } from '../brief.ts';
import type { Printed } from '../edition/printed.ts';
import type { Extra } from './tree.ts';

const HTML = 'text/html; charset=utf-8';

const UNAVAILABLE = {
  ja: 'ただいまこの画面をご利用いただけません。故障・工事の状況は、下のリンクからご覧いただけます。',
  en: 'This page is not available at the moment. The state of our services can still be read below.',
};

/** A page that has no address of its own. */
interface Sorry {
  name: string;
  message: Refusal;
  /** Where the other language is. */
  here: string;
  brief?: PublicStatus;
}

/**
 * What static files need beside the edition: all that its pages ask for, and pages for what is missing, does not answer or is asked for
 * by too many at once: `_/en/404.html`. The last is what the server itself would say then, with the state of this edition.
 */
export function extrasOf(printed: Printed): Extra[] {
  const { operator } = printed.printing;
  const sorry: Sorry[] = [
    { name: '404', message: new NotFound().text, here: '/' },
    { name: 'unavailable', message: UNAVAILABLE, here: '/' },
    { name: 'crowded', message: MANY_SIGN_IN, here: '/my/sign-in', brief: briefOf(printed) },
  ];
  const pages = (['ja', 'en'] as const).flatMap((language) =>
    sorry.map(({ name, ...view }) => ({
      file: `_${localPath(`/${name}.html`, language)}`,
      type: HTML,
      bytes: Buffer.from(render('error', language, operator, { errors: [], ...view })),
    })),
  );
  return [...assetFiles(operator).map(({ path, type, bytes }) => ({ file: path.slice(1), type, bytes })), ...pages];
}
