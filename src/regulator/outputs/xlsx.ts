import writeXlsxFile, { type Sheet } from 'write-excel-file/node';
import type { Language } from '../../time.ts';
import type { Cell, ListForm, PeriodicList } from './periodic.ts';

const NAMES: Record<ListForm, Record<Language, string>> = {
  detailed: { ja: '詳細な様式', en: 'Detailed form' },
  simplified: { ja: '簡易な様式', en: 'Simplified form' },
};

/** Both forms as the sheets of one workbook. Text is stored as text, so nothing in it is computed. */
export function periodicXlsx(lists: Record<ListForm, PeriodicList>, language: Language): Promise<Buffer> {
  const sheets = (['detailed', 'simplified'] as const).map((form): Sheet<never> => {
    const { heads, rows } = lists[form];
    return {
      sheet: NAMES[form][language],
      data: [
        heads.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
        ...rows.map((row) => row.map(cellOf)),
      ],
      columns: heads.map((head) => ({ width: Math.max(10, head.length * 2) })),
      stickyRowsCount: 1,
    };
  });
  return writeXlsxFile(sheets as never).toBuffer();
}

/** Excel holds 32,767 characters in a cell. */
const MOST = 32_000;

function cellOf(value: Cell) {
  if (value === null) return null;
  if (typeof value === 'number') return { value, type: Number };
  return { value: value.slice(0, MOST), type: String, wrap: true };
}
