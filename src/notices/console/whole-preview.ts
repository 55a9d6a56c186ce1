import type { FastifyReply } from 'fastify';
import { type Forecast, forecast } from '../../alerts/forecast.ts';
import { type SampleMail, sampleMails } from '../../alerts/sample.ts';
import type { Slot } from '../../alerts/slot.ts';
import { loadCatalogue } from '../../catalogue/read.ts';
import type { Language } from '../../time.ts';
import type { NoticeGround, NoticePreview } from '../ground.ts';
import type { Rehearsal } from './rehearse.ts';

/** Everything that a publication would show to anybody, and how many it would reach. */
export interface WholePreview {
  sheets: (Omit<NoticePreview, 'banner'> & { banner: Record<Language, BannerLine[]> }) | undefined;
  forecast: Forecast | undefined;
  mails: SampleMail[];
}

interface BannerLine {
  stamp: string;
  title: { ja: string; en?: string };
}

export async function wholePreview(ground: NoticeGround, rehearsal: Rehearsal): Promise<WholePreview> {
  const { publication } = rehearsal;
  const alertsPerNotice = ground.alertsPerNotice ?? 3;
  const counted = publication && (await forecast({ db: ground.db, alertsPerNotice }, publication));
  return {
    sheets: sheetsOf(ground, rehearsal),
    forecast: counted,
    mails: publication?.mail ? await mailsOf(ground, rehearsal, counted) : [],
  };
}

function sheetsOf(ground: NoticeGround, { notice, report }: Rehearsal): WholePreview['sheets'] {
  const sheets = ground.previewOf?.(notice, report);
  if (!sheets) return undefined;
  const lines = (json: string) => (JSON.parse(json) as { notices: BannerLine[] }).notices;
  return {
    ...sheets,
    page: { ja: still(sheets.page.ja), en: still(sheets.page.en) },
    banner: { ja: lines(sheets.banner.ja), en: lines(sheets.banner.en) },
  };
}

/** A picture of the page: it neither runs nor comes again by itself. */
function still(html: string): string {
  return html
    .replace(/<script\b[\s\S]*?<\/script>/g, '')
    .replace(/<noscript>[\s\S]*?<\/noscript>/g, '')
    .replace(/<meta http-equiv="refresh"[^>]*>/g, '');
}

async function mailsOf(
  ground: NoticeGround,
  { publication }: Rehearsal,
  counted: Forecast | undefined,
): Promise<SampleMail[]> {
  if (!publication) return [];
  const { facilities } = await loadCatalogue(ground.db.kysely);
  // Where nobody is registered yet: as the first of them would read it.
  const usual: Slot = publication.purpose === 'first' ? 1 : publication.purpose === 'recovery' ? 2 : 3;
  const most = ([1, 2, 3] as const).reduce((best, slot) =>
    (counted?.slots[slot] ?? 0) > (counted?.slots[best] ?? 0) ? slot : best,
  );
  const slot = (counted?.mailed ?? 0) > 0 ? most : usual;
  const { publicUrl, operator } = ground;
  const options = { nth: slot, limit: ground.alertsPerNotice ?? 3, publicUrl, timeZone: operator.timeZone };
  return sampleMails(publication, facilities, options);
}

/** A mail is laid out by style in its own text, which no page of ours may have: it is a document of its own that can do nothing. */
const MAIL_POLICY = "default-src 'none';style-src 'unsafe-inline';form-action 'none';frame-ancestors 'none';sandbox";

/** What opens in a window of its own: `show-page-ja`, `show-mail-2`. @returns undefined where the button asked for something else. */
export async function documentOf(
  ground: NoticeGround,
  reply: FastifyReply,
  rehearsal: Rehearsal,
  action: string,
): Promise<FastifyReply | undefined> {
  const language = /^show-page-(ja|en)$/.exec(action)?.[1] as Language | undefined;
  const index = /^show-mail-(\d)$/.exec(action)?.[1];
  if (language === undefined && index === undefined) return undefined;
  const whole = await wholePreview(ground, rehearsal);
  const html = language === undefined ? whole.mails[Number(index)]?.mail.html : whole.sheets?.page[language];
  if (html === undefined) return undefined;
  if (language === undefined) reply.header('content-security-policy', MAIL_POLICY);
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);
}
