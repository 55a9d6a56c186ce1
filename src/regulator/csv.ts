import { stringify } from 'csv-stringify/sync';

/** Rows for a spreadsheet: UTF-8 with its mark, CRLF, and nothing in a cell that would be computed. */
export function csvOf(rows: (string | number | null)[][]): string {
  return stringify(rows, { bom: true, escape_formulas: true, record_delimiter: 'windows' });
}
