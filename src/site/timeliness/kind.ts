import { type QuarterSums, sumsByQuarter, sumsOf, timelinessOf, WITHIN } from '../../notices/clocks/timeliness.ts';
import { fiscalQuarterOf } from '../../time.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import { pageSheets } from '../pages/print.ts';

/** Three years: enough to see whether it gets better. */
const QUARTERS = 12;

/** `/timeliness`: how soon faults were told, by quarter. There where the operator has decided to show it. */
export const timeliness: Kind = {
  routes: ['/timeliness'],
  *sheets(printing) {
    if (!printing.content.timelinessPublic) return;
    yield* pageSheets(printing, {
      path: '/timeliness',
      template: 'site/timeliness',
      mark: printing.stamp(),
      view: () => viewOf(printing),
      late: true,
      aside: true,
    });
  },
};

export interface TimelinessPage {
  within: typeof WITHIN;
  /** The newest first. */
  quarters: QuarterSums[];
  sums: ReturnType<typeof sumsOf>;
}

function viewOf({ content, now, operator }: Printing): TimelinessPage {
  const stories = timelinessOf(content.notices, content.postings, now);
  const quarters = sumsByQuarter(stories, operator.timeZone).slice(-QUARTERS).reverse();
  const first = quarters.at(-1);
  const since = first ? first.year * 4 + first.quarter : 0;
  const shown = stories.filter(({ occurredAt }) => quarterOf(occurredAt, operator.timeZone) >= since);
  return { within: WITHIN, quarters, sums: sumsOf(shown) };
}

function quarterOf(at: number, zone: string): number {
  const { year, quarter } = fiscalQuarterOf(at, zone);
  return year * 4 + quarter;
}
