import type { Message } from '../../errors.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import { pageSheets } from '../pages/print.ts';
import { type CheckAnswer, check } from './answer.ts';
import { type Asked, readAsked } from './asked.ts';
import { type DomainNow, groundOfCheck } from './ground.ts';

export interface CheckPage {
  /** Stands in the field again; never the part of an address before the @. */
  typed: string;
  problem: Message | null;
  answer: CheckAnswer | null;
  /** Every domain that is touched now: answers also where nobody can be asked. */
  now: DomainNow[];
}

/** `/check` with nothing asked yet: part of the edition, with the domains that are touched now. */
export const checkSheet: Kind = {
  routes: ['/check'],
  sheets: (printing) =>
    pageSheets(printing, {
      path: '/check',
      template: 'site/check',
      mark: printing.stamp(),
      view: (): CheckPage => ({ typed: '', problem: null, answer: null, now: groundOfCheck(printing).domains }),
    }),
};

/** What /check answers to a question, from what the edition was made of. */
export function checkPage(printing: Printing, typed: string): CheckPage {
  const { notices, domains: now } = groundOfCheck(printing);
  if (typed.trim() === '') return { typed: '', problem: NOTHING, answer: null, now };
  const asked = readAsked(typed, printing.content.catalogue.facilities);
  if (!asked) return { typed: typed.includes('@') ? '' : typed.slice(0, 300), problem: NEITHER, answer: null, now };
  const answer = check(printing.content.catalogue, notices, asked, printing.now);
  return { typed: shown(asked), problem: null, answer, now };
}

function shown(asked: Asked): string {
  return asked.kind === 'domain' ? asked.domain : asked.code;
}

const NOTHING: Message = {
  ja: 'メールアドレスの@より後ろ、または設備番号を入力してください。',
  en: 'Enter what stands behind the @ of your mail address, or the number of your mail server.',
};
const NEITHER: Message = {
  ja: 'ドメイン（例: ocn.example）または設備番号（例: 051）の形で入力してください。',
  en: 'Enter a domain such as ocn.example, or the number of a mail server such as 051.',
};
