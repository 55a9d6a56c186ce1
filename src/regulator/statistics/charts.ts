import type { Bands } from './bands.ts';
import type { Matrix } from './statistics.ts';

/** A cell of the heat map, in units of the drawing; `heat` 0 to 4 is its class, and its number stands in it. */
export interface HeatCell {
  x: number;
  y: number;
  count: number;
  heat: number;
}

/** As wide as a telephone with the names beside it, so that nothing is drawn too small to read. */
export const CELL = { width: 56, height: 34 };

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

const BAR = { height: 10, length: 400 };

/** Two bars, this year above and the year before below; the longest of all that are drawn together fills the width. */
export function barsOf(shares: { count: number; before: number }[]) {
  const most = Math.max(1, ...shares.flatMap((one) => [one.count, one.before]));
  const long = (count: number) => Math.round((count / most) * BAR.length * 10) / 10;
  const rows = shares.map((one) => ({ now: long(one.count), before: long(one.before) }));
  return { width: BAR.length, height: 2 * BAR.height, thick: BAR.height, rows };
}
