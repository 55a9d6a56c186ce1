import { isoTime, MINUTE, showTime } from '../time.ts';
import type { Kind } from './edition/sheet.ts';

/**
 * `/edition.json`: which edition stands, and up to when it was held against the database. As small as can be: every page that
 * stands open asks for it (public/live.js).
 */
export const mark: Kind = {
  routes: ['/edition.json'],
  sheets(printing) {
    const { now, operator } = printing;
    const edition = printing.stamp();
    const minute = now - (now % MINUTE);
    const zone = operator.timeZone;
    return [
      {
        path: '/edition.json',
        type: 'application/json; charset=utf-8',
        seal: `${edition} ${minute}`,
        print() {
          const shown = { ja: showTime(minute, zone, 'ja'), en: showTime(minute, zone, 'en') };
          return `${JSON.stringify({ edition, asOf: isoTime(minute, zone), shown })}\n`;
        },
        use: 'open',
      },
    ];
  },
};
