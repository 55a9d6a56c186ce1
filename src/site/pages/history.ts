import { card, type NoticeCard } from '../card.ts';
import { isSettled } from '../edition/next-change.ts';
import { short } from '../edition/run.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import { type Month, monthsOf } from '../months.ts';
import { pageSheets } from './print.ts';

/** So many of the newest stand on /history itself. */
const NEWEST = 20;

/** `/history`: the newest notices and every month there was; `/history/2014-03`: all of a month. */
export const history: Kind = {
  routes: ['/history', '/history/:month'],
  *sheets(printing) {
    const months = monthsOf(printing.content.notices, printing.operator.timeZone);
    const newest = months.flatMap((month) => month.notices).slice(0, NEWEST);
    yield* pageSheets(printing, {
      path: '/history',
      template: 'site/history',
      mark: short(
        printing.stamp(newest) +
          months.map(({ key, notices }) => `${key}:${notices.length}`).join() +
          printing.content.timelinessPublic,
      ),
      view: () => ({
        newest: newest.map((notice) => card(notice, printing.content, printing.now)),
        years: yearsOf(months),
        services: printing.content.catalogue.services,
        timeliness: printing.content.timelinessPublic,
      }),
    });
    for (const [at, month] of months.entries()) yield* monthSheets(printing, months, at, month);
  },
};

function monthSheets(printing: Printing, months: Month[], at: number, month: Month) {
  const [later, earlier] = [months[at - 1], months[at + 1]];
  return pageSheets(printing, {
    path: `/history/${month.key}`,
    template: 'site/month',
    // Its neighbours are named on it.
    mark: short(`${printing.stamp(month.notices)} ${earlier?.key ?? ''} ${later?.key ?? ''}`),
    view: (): MonthPage => ({
      this: link(month),
      cards: month.notices.map((notice) => card(notice, printing.content, printing.now)),
      earlier: earlier ? link(earlier) : null,
      later: later ? link(later) : null,
    }),
    late: month.notices.every((notice) => isSettled(notice, printing.now)),
  });
}

interface MonthLink {
  key: string;
  year: number;
  month: number;
}

export interface MonthPage {
  this: MonthLink;
  /** Newest first. */
  cards: NoticeCard[];
  earlier: MonthLink | null;
  later: MonthLink | null;
}

const link = ({ key, year, month }: Month): MonthLink => ({ key, year, month });

/** Newest year first, its months in their order, those without a notice too. */
function yearsOf(months: Month[]): { year: number; months: { month: number; key: string | null; count: number }[] }[] {
  const years = [...new Set(months.map(({ year }) => year))];
  return years.map((year) => ({
    year,
    months: Array.from({ length: 12 }, (_, at) => {
      const found = months.find((one) => one.year === year && one.month === at + 1);
      return { month: at + 1, key: found?.key ?? null, count: found?.notices.length ?? 0 };
    }),
  }));
}
