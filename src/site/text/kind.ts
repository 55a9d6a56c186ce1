import { localPath } from '../../http/language.ts';
import { render } from '../../http/views.ts';
import type { Notice } from '../../notices/notice.ts';
import { plainLines } from '../../notices/wording/markup.ts';
import type { Language } from '../../time.ts';
import { isSettled } from '../edition/next-change.ts';
import type { Kind, Printing, Sheet } from '../edition/sheet.ts';
import { type FrontPage, frontPage, isShown } from '../pages/front.ts';
import { type NoticePage, noticePage } from '../pages/notice.ts';
import { lightEnough, Scissors } from './light.ts';

const LANGUAGES: Language[] = ['ja', 'en'];

/** `/text` and `/text/notices/{id}`: the same news in a few kilobytes, without looks and script, for narrow and crowded lines. */
export const text: Kind = {
  routes: ['/text', '/text/notices/:id'],
  *sheets(printing) {
    const { content, now } = printing;
    const seal = printing.stamp(content.notices.filter((notice) => isShown(notice, now)));
    let page: FrontPage | undefined;
    for (const language of LANGUAGES) {
      yield sheet('/text', language, seal, false, () => {
        page ??= frontPage(content, now);
        return frontText(page, printing, language);
      });
    }
    for (const notice of content.notices) yield* noticeSheets(notice, printing);
  },
};

function* noticeSheets(notice: Notice, printing: Printing): Iterable<Sheet> {
  const { content, now } = printing;
  const [seal, late] = [printing.stamp([notice]), isSettled(notice, now)];
  let page: NoticePage | undefined;
  for (const language of LANGUAGES) {
    yield sheet(`/text/notices/${notice.id}`, language, seal, late, () => {
      page ??= noticePage(notice, content, now);
      return noticeText(page, printing, language);
    });
  }
}

function sheet(path: string, language: Language, seal: string, late: boolean, print: () => string): Sheet {
  return { path: localPath(path, language), type: 'text/html; charset=utf-8', seal, late, print };
}

/** How much is told of the state of things: what is going on gives way last. */
interface FrontRoom {
  letters: number;
  /** Whether each notice comes with its services and times, or with its title only. */
  details: boolean;
  /** At most so many of what is going on, and of what is ahead or over. */
  open: number;
  other: number;
}

const FRONT_WAYS: FrontRoom[] = [
  { letters: 120, details: true, open: 100, other: 100 },
  { letters: 60, details: true, open: 100, other: 10 },
  { letters: 40, details: true, open: 100, other: 3 },
  { letters: 60, details: false, open: 100, other: 5 },
  { letters: 40, details: false, open: 100, other: 3 },
  { letters: 30, details: false, open: 30, other: 2 },
  { letters: 30, details: false, open: 20, other: 0 },
  { letters: 20, details: false, open: 10, other: 0 },
  { letters: 10, details: false, open: 3, other: 0 },
  { letters: 10, details: false, open: 0, other: 0 },
];

function frontText(page: FrontPage, { operator, publicUrl }: Printing, language: Language): string {
  const { ongoing, working, planned, recent } = page;
  const told = [...ongoing, ...working, ...planned, ...recent].map((one) => one.updatedAt);
  return lightEnough(FRONT_WAYS, (room) => {
    const lists = [
      { heading: { ja: '発生中の故障', en: 'Faults under way' }, cards: ongoing, most: room.open },
      { heading: { ja: '工事中', en: 'Work in progress' }, cards: working, most: room.open },
      { heading: { ja: '予定している工事', en: 'Planned work' }, cards: planned, most: room.other },
      { heading: { ja: '7日以内に回復・完了したもの', en: 'Restored within 7 days' }, cards: recent, most: room.other },
    ];
    return render('site/text-front', language, operator, {
      ...page,
      lists,
      room,
      scissors: new Scissors(),
      updatedAt: told.length > 0 ? Math.max(...told) : null,
      here: '/text',
      full: '/',
      publicUrl,
    });
  });
}

/** How much is told of one notice: the newest report, as far as there is room beside the facts. */
interface NoticeRoom {
  /** Of the newest report. */
  body: number;
  /** Of each other text of staff. */
  letters: number;
  impacts: number;
}

const NOTICE_WAYS: NoticeRoom[] = [
  { body: 5000, letters: 5000, impacts: 100 },
  ...[3600, 3000, 2500, 2000, 1700, 1400, 1200, 1000, 850, 700, 600, 500, 400, 300].map((body) => ({
    body,
    letters: 150,
    impacts: 10,
  })),
  { body: 300, letters: 80, impacts: 5 },
  { body: 200, letters: 50, impacts: 3 },
  { body: 50, letters: 20, impacts: 1 },
  { body: 0, letters: 10, impacts: 0 },
];

function noticeText(page: NoticePage, { operator, publicUrl }: Printing, language: Language): string {
  const { id } = page.card;
  const report = page.reports[0];
  const lines = report ? plainLines(language === 'en' ? (report.body.en ?? report.body.ja) : report.body.ja) : [];
  return lightEnough(NOTICE_WAYS, (room) =>
    render('site/text-notice', language, operator, {
      ...page,
      report,
      lines,
      room,
      scissors: new Scissors(),
      here: `/text/notices/${id}`,
      full: `/notices/${id}`,
      publicUrl,
    }),
  );
}
