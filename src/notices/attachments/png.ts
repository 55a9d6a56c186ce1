import { pngSize, type Size } from '../../brand/image-size.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** What a picture is drawn from (PNG, 11.2 and 11.3). Texts, times, Exif and what programs note for themselves are not. */
const KEPT = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'pHYs', 'bKGD']);

/**
 * The picture alone: without notes of who made it where, and without what was hung behind its end.
 * @returns undefined where it is damaged.
 */
export function cleanPng(bytes: Buffer): { bytes: Buffer; size: Size } | undefined {
  const size = pngSize(bytes);
  if (!size || !bytes.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const kept: Buffer[] = [SIGNATURE];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length) return undefined;
    if (KEPT.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND') return { bytes: Buffer.concat(kept), size };
    at = end;
  }
  return undefined;
}
