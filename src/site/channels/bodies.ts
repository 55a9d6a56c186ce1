import { randomBytes } from 'node:crypto';
import type { Published } from '../../alerts/spreading.ts';
import { inLanguage, type Notice } from '../../notices/notice.ts';
import { PHASE_WORDS, reportLabel } from '../../notices/wording/words.ts';
import type { Printing } from '../edition/sheet.ts';
import { Lists } from '../statuspage/lists.ts';
import { isoMoment } from '../statuspage/sight.ts';
import { StatusPage } from '../statuspage/status-page.ts';
import { plainLine, plainText } from '../statuspage/text.ts';
import type { Channel } from './channel.ts';

/** What is told of a publication; of a test nothing. */
export interface Told {
  notice: Notice;
  published: Pick<Published, 'report_number' | 'revision'>;
}

type To = Pick<Channel, 'kind' | 'language'>;

/** What is posted to a channel: the whole state, so that whoever misses one or has one twice is right after the next. */
export function bodyFor(to: To, printing: Printing, told: Told | null): string {
  return JSON.stringify(to.kind === 'slack' ? chatBody(to, printing, told) : statuspageBody(to, printing, told));
}

/** In the shape that receivers of Statuspage's webhooks know. What they do not know stands under `shirase`. */
function statuspageBody({ language }: To, printing: Printing, told: Told | null): object {
  const page = new StatusPage(printing, language, new Lists(printing.content.notices));
  const { id, name, url } = page.page;
  const { indicator, description } = page.status;
  return {
    meta: { documentation: `${printing.publicUrl}/api/openapi.json`, generated_at: isoMoment(printing.now) },
    page: { id, name, url, status_indicator: indicator, status_description: description },
    ...(told === null
      ? { shirase: { test: true } }
      : {
          incident: { ...page.told(told.notice), backfilled: false },
          shirase: {
            notice: told.notice.id,
            report: told.published.report_number,
            revision: told.published.revision,
          },
        }),
  };
}

/** Characters of a report's text in a chat: the rest is on the page. */
const IN_CHAT = 1500;

function chatBody({ language }: To, printing: Printing, told: Told | null): object {
  const operator = printing.operator.name[language];
  if (told === null) {
    const test = {
      ja: 'これは試験送信です。お知らせはこのチャンネルに届きます。',
      en: 'This is a test. Notices will arrive here.',
    };
    return { text: `*${escaped(operator)}*\n${test[language]}` };
  }
  const { notice, published } = told;
  const report = notice.reports.find(({ number }) => number === published.report_number) ?? notice.reports.at(-1);
  const url = `${printing.publicUrl}${language === 'en' ? '/en' : ''}/notices/${notice.id}`;
  const title = plainLine(inLanguage(notice.title, language));
  const phase = report ? `【${PHASE_WORDS[report.phase][language]}・${reportLabel(report)[language]}】` : '';
  const text = report ? plainText(inLanguage(report.body, language)) : '';
  const short = text.length > IN_CHAT ? `${text.slice(0, IN_CHAT)}…` : text;
  return { text: `*${escaped(phase + title)}*\n${escaped(short)}\n<${url}>` };
}

/** The three characters by which text becomes a link or a mention there. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function newId(kind: Channel['kind']): string {
  return `${kind === 'mail' ? MAIL_PREFIX : 'msg_'}${randomBytes(16).toString('hex')}`;
}

/** By which a mail to a partner is told from all others without asking the database. */
export const MAIL_PREFIX = 'channel.';
