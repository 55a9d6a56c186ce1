import { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency, default as makeCalendar } from 'ical-generator';
import { localPath } from '../../http/language.ts';
import { noticeUrl } from '../../notices/ground.ts';
import { inLanguage, type Notice, noticeState, workWindow } from '../../notices/notice.ts';
import { plannedWindows, type Window, workWindows } from '../../notices/windows.ts';
import { plainLines } from '../../notices/wording/markup.ts';
import { DAY, HOUR, type Language, SECOND } from '../../time.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import { folded } from './fold.ts';
import { lastTold } from './newest.ts';
import { writable } from './text.ts';

/** A work that was in somebody's calendar stays there so long after its end. */
const KEPT = 400 * DAY;

const LANGUAGES: Language[] = ['ja', 'en'];

/** `/calendar.ics`: planned works for calendars that subscribe to it, those of the last year too. */
export const calendar: Kind = {
  routes: ['/calendar.ics'],
  *sheets(printing) {
    const works = printing.content.notices.filter((notice) => (workWindow(notice)?.to ?? 0) > printing.now - KEPT);
    // Nothing in it changes with the hour: what is over, going on or ahead its reader sees by its times.
    const seal = printing.stamp([]) + works.map((notice) => `${notice.id}.${notice.version}`).join();
    for (const language of LANGUAGES) {
      const path = localPath('/calendar.ics', language);
      const print = () => calendarOf(works, printing, path, language);
      yield { path, type: 'text/calendar; charset=utf-8', seal, print, late: true, use: 'open' };
    }
  },
};

function calendarOf(works: Notice[], printing: Printing, path: string, language: Language): string {
  const { operator, publicUrl } = printing;
  const name = language === 'ja' ? `${operator.name.ja} 工事のお知らせ` : `${operator.name.en} planned work`;
  const made = makeCalendar({
    name: writable(name),
    prodId: { company: 'Shirase', product: 'Status', language: language.toUpperCase() },
    method: ICalCalendarMethod.PUBLISH,
    source: publicUrl + path,
    // How often subscribers should look, in seconds.
    ttl: HOUR / SECOND,
  });
  const empty = `${made.toString()}\r\n`;
  const end = empty.lastIndexOf('END:VCALENDAR');
  const events = works.flatMap((work) =>
    windowsOf(work).map((window) => folded(made.createEvent(eventOf(work, window, printing, language)).toString())),
  );
  return [empty.slice(0, end), ...events, empty.slice(end)].join('');
}

/** Each time of work is an event of its own: subscribers see the nights and not the days between. */
function windowsOf(work: Notice): Window[] {
  const windows = workWindows(work);
  return windows.length > 0 ? windows : [{ from: work.occurredAt, to: work.occurredAt }];
}

/** Which of the planned windows it is, for the name of its event: nothing for the first, -2 for the second. */
function placeOf(work: Notice, { from, to }: Window): string {
  const planned = work.planned ? plannedWindows(work.planned) : [];
  const index = planned.findIndex((window) => window.from === from || window.to === to);
  return index > 0 ? `-${index + 1}` : '';
}

/** All times in UTC: every calendar shows them in its owner's zone. */
function eventOf(work: Notice, { from, to }: Window, printing: Printing, language: Language) {
  const { publicUrl, now } = printing;
  const cancelled = noticeState(work, now) === 'cancelled';
  const url = noticeUrl(publicUrl + localPath('/', language).replace(/\/$/, ''), work.id);
  const told = new Date(lastTold(work));
  const kind = cancelled ? { ja: '工事中止', en: 'Work cancelled' } : { ja: '工事', en: 'Planned work' };
  const title = inLanguage(work.title, language);
  return {
    // One name for ever, in both languages: a work that is planned anew after its cancellation is the same work.
    id: `${work.id}${placeOf(work, { from, to })}@${new URL(publicUrl).host}`,
    sequence: work.version,
    // When it was told, not when this was printed: equal works give equal bytes.
    stamp: told,
    lastModified: told,
    created: new Date(work.firstPublishedAt ?? told),
    start: new Date(from),
    // An end that is not after its start is none in a calendar: staff began late and have not said when they end.
    end: to > from ? new Date(to) : null,
    summary: writable(language === 'ja' ? `【${kind.ja}】${title}` : `[${kind.en}] ${title}`),
    description: writable(descriptionOf(work, printing, language, url)),
    url,
    status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // Nobody is busy because his mail server is being worked on.
    transparency: ICalEventTransparency.TRANSPARENT,
  };
}

/** What is touched, what the newest report says, and where to read more. */
function descriptionOf(work: Notice, { content }: Printing, language: Language, url: string): string {
  const keys = [...new Set(work.impacts.map((impact) => impact.service))];
  const services = keys.map((key) => inLanguage(content.names.service(key), language));
  const report = work.reports.at(-1);
  return [
    language === 'ja' ? `対象サービス：${services.join('、')}` : `Services: ${services.join(', ')}`,
    ...(report ? plainLines(inLanguage(report.body, language)) : []),
    language === 'ja' ? `くわしくは ${url}` : `Details: ${url}`,
  ].join('\n');
}
