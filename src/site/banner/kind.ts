import { assetText } from '../../http/assets.ts';
import { localPath } from '../../http/language.ts';
import { render } from '../../http/views.ts';
import { noticeUrl } from '../../notices/ground.ts';
import { type Notice, noticeState } from '../../notices/notice.ts';
import { STATE_WORDS } from '../../notices/wording/words.ts';
import { isoTime, type Language } from '../../time.ts';
import { card } from '../card.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import type { Badge } from '../words.ts';
import { bannerStamp, lastReportAt } from './line.ts';
import { shownNotices } from './shown.ts';

const LANGUAGES: Language[] = ['ja', 'en'];

/** What other sites show of us: `/banner.json` for programs, `/banner.html` for a frame, `/embed/banner.js` for all others. */
export const banner: Kind = {
  routes: ['/banner.json', '/banner.html', '/embed/banner.js'],
  *sheets(printing) {
    const { content, now } = printing;
    const notices = shownNotices(content, now);
    const seal = notices.map((notice) => `${notice.id}.${notice.version}.${noticeState(notice, now)}`).join();
    for (const language of LANGUAGES) {
      yield {
        path: localPath('/banner.json', language),
        type: 'application/json; charset=utf-8',
        seal,
        use: 'open',
        print: () => json(notices, printing, language),
      };
      yield {
        path: localPath('/banner.html', language),
        type: 'text/html; charset=utf-8',
        seal,
        use: 'frame',
        print: () => html(notices, printing, language),
      };
    }
    yield { path: '/embed/banner.js', type: 'text/javascript; charset=utf-8', seal: '', use: 'open', print: script };
  },
};

/** It asks for /banner.json where it came from, in the language of the page that it stands on. Every page of another site loads it: without indents. */
function script(): string {
  return assetText('banner.js').replace(/^ +/gm, '');
}

/** `state` is the worst of what is listed. Where nothing is, all may be well or something may be broken that is not prominent. */
function json(notices: Notice[], printing: Printing, language: Language): string {
  const iso = (at: number) => isoTime(at, printing.operator.timeZone);
  const told = notices.map(lastReportAt);
  const answer = {
    state: worst(notices, printing),
    updatedAt: told.length > 0 ? iso(Math.max(...told)) : null,
    notices: notices.map((notice) => {
      const state = noticeState(notice, printing.now);
      return {
        id: notice.id,
        label: STATE_WORDS[state],
        state,
        time: iso(lastReportAt(notice)),
        stamp: bannerStamp(notice, printing.now, printing.operator.timeZone, language),
        title: notice.title,
        url: urlOf(notice, printing, language),
      };
    }),
  };
  return `${JSON.stringify(answer)}\n`;
}

function html(notices: Notice[], printing: Printing, language: Language): string {
  const { now, operator } = printing;
  const lines = notices.map((notice) => ({
    stamp: bannerStamp(notice, now, operator.timeZone, language),
    title: notice.title,
    url: urlOf(notice, printing, language),
  }));
  return render('site/banner', language, operator, { lines, state: worst(notices, printing) });
}

function urlOf(notice: Notice, { publicUrl }: Printing, language: Language): string {
  return noticeUrl(language === 'en' ? `${publicUrl}/en` : publicUrl, notice.id);
}

const WORST_FIRST: Badge[] = ['fault', 'delay', 'work', 'planned', 'recovered'];

function worst(notices: Notice[], { content, now }: Printing): Badge | 'none' {
  const badges = new Set(notices.map((notice) => card(notice, content, now).badge));
  return WORST_FIRST.find((badge) => badges.has(badge)) ?? 'none';
}
