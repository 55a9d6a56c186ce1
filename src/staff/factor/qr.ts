import { encode } from 'uqr';

/** A QR code as one path of squares of size 1, with the quiet margin of four that readers need (ISO/IEC 18004). */
export function qrOf(text: string): { size: number; path: string } {
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => runsOf(row).map(({ x, width }) => `M${x} ${y}h${width}v1h-${width}z`)).join('');
  return { size, path };
}

function runsOf(row: boolean[]): { x: number; width: number }[] {
  const runs: { x: number; width: number }[] = [];
  row.forEach((dark, x) => {
    const last = runs.at(-1);
    if (!dark) return;
    if (last && last.x + last.width === x) last.width++;
    else runs.push({ x, width: 1 });
  });
  return runs;
}
