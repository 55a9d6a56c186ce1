import { localPath } from '../../http/language.ts';
import { noticeUrl } from '../../notices/ground.ts';
import { noticeState } from '../../notices/notice.ts';
import { DAY, type Instant, isoTime, type Language, MINUTE, parseLocalInput } from '../../time.ts';
import { turningPoints } from '../edition/next-change.ts';
import type { Kind, Printing, Sheet } from '../edition/sheet.ts';
import { type Call, guidance as say } from './call.ts';
import { signage } from './signage.ts';
import { situation } from './situation.ts';
import { spokenText, ssml } from './speech.ts';

const LANGUAGES: Language[] = ['ja', 'en'];

/** A text is promised anew so often, and each promise is held for three times as long: two may be missed. */
const RENEWED = 10 * MINUTE;
const HELD = 3 * RENEWED;

/** What telephone systems and screens fetch: `/guidance.txt`, `.ssml` and `.json`, `/signage.txt`. */
export const guidance: Kind = {
  routes: ['/guidance.txt', '/guidance.ssml', '/guidance.json', '/signage.txt'],
  *sheets(printing) {
    const { content, now, operator, publicUrl, today } = printing;
    const call: Call = { situation: situation(content, now), operator, publicUrl, now };
    const { notices, ...told } = call.situation;
    // What is said also changes when a recovery is no longer fresh and when today is another day.
    const seal = `${printing.stamp(notices)} ${today} ${told.state} ${told.broken.length} ${told.restored.length}`;
    const promise = now - (now % RENEWED);
    for (const language of LANGUAGES) {
      const sheet = (path: string, type: string, print: () => string, sealed = seal): Sheet => ({
        path: localPath(path, language),
        type: `${type}; charset=utf-8`,
        seal: sealed,
        use: 'open',
        print,
      });
      yield sheet('/guidance.txt', 'text/plain', () => spokenText(say(call, language)));
      yield sheet('/guidance.ssml', 'application/ssml+xml', () => ssml(say(call, language), language));
      yield sheet('/guidance.json', 'application/json', () => json(call, printing, promise), `${seal} ${promise}`);
      yield sheet('/signage.txt', 'text/plain', () => `${signage(call, language)}\n`);
    }
  },
};

/** The same text with what a program needs to know of it: when it was told, and until when it may be said. */
function json(call: Call, { content, operator, publicUrl, now, today }: Printing, promise: Instant): string {
  const zone = operator.timeZone;
  const { state, notices } = call.situation;
  const iso = (at: Instant) => isoTime(at, zone);
  const told = notices.flatMap((notice) => notice.reports.at(-1)?.publishedAt ?? []);
  // Noon of a day is never skipped or doubled by summer time.
  const tomorrow = iso((parseLocalInput(`${today}T12:00`, zone) ?? now) + DAY).slice(0, 10);
  const midnight = parseLocalInput(`${tomorrow}T00:00`, zone) ?? now;
  const changes = [midnight, ...notices.flatMap(turningPoints)].filter((moment) => moment > now);
  const text = (language: Language) => spokenText(say(call, language)).trim();
  const answer = {
    state,
    text: { ja: text('ja'), en: text('en') },
    validUntil: iso(Math.min(promise + HELD, ...changes)),
    updatedAt: told.length > 0 ? iso(Math.max(...told)) : null,
    notices: notices.map((notice) => ({
      id: notice.id,
      kind: notice.kind,
      state: noticeState(notice, now),
      title: notice.title,
      url: noticeUrl(publicUrl, notice.id),
      services: [...new Set(notice.impacts.map((impact) => impact.service))].map((key) => ({
        key,
        name: content.names.service(key),
      })),
    })),
  };
  return `${JSON.stringify(answer)}\n`;
}
