import type { Language } from '../time.ts';
import { type Field, personalFields } from './personal.ts';
import type { AlertText, Publication } from './publication.ts';
import { type OwnMailbox, touchesDirectly } from './scope.ts';

/** A mail as one reader would get it. */
export interface SampleMail {
  /** The equipment that this reader's mailbox lives on; null: he has no mailbox here. */
  facility: { ja: string; en: string | null } | null;
  affected: boolean;
  language: Language;
  mail: AlertText;
}

/**
 * The mail of a publication as two invented readers would get it, in each language: one on equipment that it names, and one on
 * other equipment of that service. Where a whole service is named there is nobody on the other side of it.
 */
export function sampleMails(
  publication: Publication,
  facilities: { code: string; name: { ja: string; en?: string | undefined }; service: string }[],
  options: SampleOptions,
): SampleMail[] {
  const mailboxes = facilities.map(
    (facility): OwnMailbox => ({
      address: 'taro@example.jp',
      facility: facility.code,
      facilityName: { ja: facility.name.ja, en: facility.name.en ?? null },
      service: facility.service,
    }),
  );
  const named = (scopes: Publication['all']) => (mailbox: OwnMailbox) =>
    scopes.some((scope) => touchesDirectly(scope, mailbox));
  const affected = mailboxes.find(named(publication.open)) ?? mailboxes.find(named(publication.all));
  const services = new Set(publication.all.map((scope) => scope.service));
  const others = mailboxes.filter((mailbox) => !named(publication.all)(mailbox));
  const unaffected = others.find((mailbox) => services.has(mailbox.service)) ?? others[0];
  const readers = [
    { affected: true, mailbox: affected },
    { affected: false, mailbox: unaffected },
  ].filter((reader) => reader.affected || reader.mailbox !== undefined);
  return readers.flatMap(({ affected: is, mailbox }) =>
    (['ja', 'en'] as const).map((language) => ({
      facility: mailbox?.facilityName ?? null,
      affected: is,
      language,
      mail: mailFor(publication, language, mailbox ? [mailbox] : [], options),
    })),
  );
}

export interface SampleOptions {
  /** Which mail on this root fault it would be, from 1. */
  nth: number;
  limit: number;
  publicUrl: string;
  timeZone: string;
}

function mailFor(
  publication: Publication,
  language: Language,
  mailboxes: OwnMailbox[],
  { nth, limit, publicUrl, timeZone }: SampleOptions,
): AlertText {
  const base = `${publicUrl}${language === 'en' ? '/en' : ''}/my`;
  const links = { stopUrl: `${base}/stop/…`, statusUrl: `${base}/status/…` };
  const fields = personalFields({ language, timeZone, nth, limit, mailboxes, told: publication, ...links });
  const { subject, text, html } = publication.texts[language];
  return { subject, text: filled(text, fields, 'text'), html: filled(html, fields, 'html') };
}

/** As the mail room fills a letter: each place once. */
function filled(template: string, fields: Record<string, Field>, kind: keyof Field): string {
  return template.replace(/%%([a-z]+)%%/g, (place, name: string) => fields[name]?.[kind] ?? place);
}
