import type { Bands } from './bands.ts';
import type { Matrix } from './statistics.ts';

/** A cell of the heat map, in units of the drawing; `heat` 0 to 4 is its class, and its number stands in it. */
export interface HeatCell {
  x: number;
  y: number;
  count: number;
  heat: number;
}

export const CELL = { width: 120, height: 44 };

/** Users to the right, duration downwards. */
export function heatMap(matrix: Matrix, bands: Bands) {
  const most = Math.max(1, ...matrix.cells.flat());
  const cells = matrix.cells.flatMap((row, y) =>
    row.map(
      (count, x): HeatCell => ({ x: x * CELL.width, y: y * CELL.height, count, heat: Math.ceil((count / most) * 4) }),
    ),
  );
  return { width: bands.users.length * CELL.width, height: bands.minutes.length * CELL.height, cell: CELL, cells };
}

const BAR = { height: 14, gap: 18, length: 560 };

/** For each key two bars: this year above, the year before below. */
export function barsOf(shares: { count: number; before: number }[]) {
  const most = Math.max(1, ...shares.flatMap((one) => [one.count, one.before]));
  const rows = shares.map((one, index) => {
    const y = index * (2 * BAR.height + BAR.gap);
    const long = (count: number) => Math.round((count / most) * BAR.length * 10) / 10;
    return { y, now: long(one.count), before: long(one.before), under: y + BAR.height };
  });
  return { width: BAR.length, height: Math.max(1, rows.length * (2 * BAR.height + BAR.gap)), thick: BAR.height, rows };
}
