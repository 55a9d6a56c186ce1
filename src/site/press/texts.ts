import type { Message } from '../../errors.ts';
import { localPath } from '../../http/language.ts';
import { noticeUrl } from '../../notices/ground.ts';
import { inLanguage, type Notice } from '../../notices/notice.ts';
import type { Instant, Language } from '../../time.ts';
import { bannerStamp } from '../banner/line.ts';
import type { Edition } from '../edition/edition.ts';
import { type PostGround, socialPost } from './post.ts';

export interface CopyGround extends PostGround {
  now: Instant;
  edition: Edition;
}

/** A text to be copied as it stands. */
export interface CopyText {
  id: string;
  label: Message;
  language: Language;
  text: string;
}

const LANGUAGES: Language[] = ['ja', 'en'];

/** What a published notice is told with elsewhere. The telephone's text and the screens' line are of all that is open now. */
export function textsOf(notice: Notice, ground: CopyGround): CopyText[] {
  if (notice.reports.length === 0) return [];
  const printed = (path: string, language: Language) =>
    ground.edition.page(localPath(path, language))?.identity().toString().trim() ?? '';
  const kinds: [id: string, label: Message, text: (language: Language) => string][] = [
    ['post', { ja: 'SNSの投稿', en: 'Social post' }, (language) => socialPost(notice, ground, language)],
    ['banner', { ja: 'バナーの1行', en: 'Banner line' }, (language) => bannerLine(notice, ground, language)],
    [
      'guidance',
      { ja: '電話の案内（現在）', en: 'Telephone guidance, now' },
      (language) => printed('/guidance.txt', language),
    ],
    [
      'signage',
      { ja: '電光掲示・テレビの1行（現在）', en: 'Line for screens, now' },
      (language) => printed('/signage.txt', language),
    ],
  ];
  return kinds.flatMap(([id, label, text]) =>
    LANGUAGES.map((language) => ({ id: `${id}-${language}`, label, language, text: text(language) })),
  );
}

/** State, time, title, address: the line of the banner on other sites. */
function bannerLine(notice: Notice, { now, zone, publicUrl }: CopyGround, language: Language): string {
  const url = noticeUrl(language === 'en' ? `${publicUrl}/en` : publicUrl, notice.id);
  return `${bannerStamp(notice, now, zone, language)} ${inLanguage(notice.title, language)} ${url}`;
}
