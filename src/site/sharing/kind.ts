import { localPath } from '../../http/language.ts';
import { inLanguage, type Notice } from '../../notices/notice.ts';
import { type Language, showTime } from '../../time.ts';
import { card } from '../card.ts';
import { isSettled } from '../edition/next-change.ts';
import type { Kind, Printing, Sheet } from '../edition/sheet.ts';
import { Tool } from '../edition/tool.ts';
import { headline } from '../headline.ts';
import { SERVICE_WORDS } from '../service-state.ts';
import { drawPicture, type PictureText } from './picture.ts';

const LANGUAGES: Language[] = ['ja', 'en'];

/** Twenty-five megabytes of memory: only where somebody passes a link on. */
const painter = new Tool(async () => (await import('./painter.ts')).painter());

/** `/og.png` of everything and `/notices/{id}/og.png` of what is not settled: what chats and social networks show of a link. */
export const sharing: Kind = {
  routes: ['/og.png', '/notices/:id/og.png'],
  *sheets(printing) {
    for (const language of LANGUAGES) {
      const text = stateText(printing, language);
      yield pictureSheet('/og.png', language, JSON.stringify(text), () => text);
    }
    for (const notice of printing.content.notices) {
      const path = pictureOf(notice, printing);
      if (!path) continue;
      const seal = printing.stamp([notice]);
      for (const language of LANGUAGES) {
        yield pictureSheet(path, language, seal, () => noticeText(notice, printing, language));
      }
    }
  },
};

/** Where a notice has a picture of its own. Of what is settled nobody passes on how it stands. */
export function pictureOf(notice: Notice, { now }: Printing): string | undefined {
  return isSettled(notice, now) ? undefined : `/notices/${notice.id}/og.png`;
}

function pictureSheet(path: string, language: Language, seal: string, text: () => PictureText): Sheet {
  return {
    path: localPath(path, language),
    type: 'image/png',
    seal,
    late: true,
    aside: true,
    tool: painter,
    print: () => painter.here(drawPicture(text())),
  };
}

function stateText({ content, now, operator }: Printing, language: Language): PictureText {
  const { badge, sentence } = headline(content, now);
  return {
    language,
    operator: operator.name[language],
    badge,
    state: SERVICE_WORDS[badge][language],
    title: sentence[language],
    time: updated(showTime(content.changedAt, operator.timeZone, language), language),
  };
}

function noticeText(notice: Notice, { content, now, operator }: Printing, language: Language): PictureText {
  const { badge, state, updatedAt, reportNumber } = card(notice, content, now);
  const time = showTime(updatedAt, operator.timeZone, language);
  const report = language === 'ja' ? `（第${reportNumber}報）` : ` (report ${reportNumber})`;
  return {
    language,
    operator: operator.name[language],
    badge,
    state: state[language],
    title: inLanguage(notice.title, language),
    time: updated(time + report, language),
  };
}

function updated(time: string, language: Language): string {
  return language === 'ja' ? `最終更新　${time}` : `Last updated ${time}`;
}
