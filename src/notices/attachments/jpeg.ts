import { jpegSize, type Size } from '../../brand/image-size.ts';

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

/** JFIF, a colour profile and Adobe's colour transform say what it looks like; all other notes (Exif: where it was taken) do not. */
const KEPT_NOTES = new Set([0xe0, 0xe2, 0xee]);

/**
 * The picture alone, as png.ts keeps it.
 * @returns undefined where it is damaged.
 */
export function cleanJpeg(bytes: Buffer): { bytes: Buffer; size: Size } | undefined {
  const size = jpegSize(bytes);
  if (!size || bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  for (let at = 2; at + 3 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === START_OF_SCAN) {
      const end = endOfImage(bytes, at);
      return end === undefined ? undefined : { bytes: Buffer.concat([...kept, bytes.subarray(at, end)]), size };
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return undefined;
    const isNote = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
    if (!isNote || KEPT_NOTES.has(marker)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return undefined;
}

/** Behind the picture's end; what follows is no part of it. A progressive one has tables and more scans in between. T.81, B.1.1 */
function endOfImage(bytes: Buffer, startOfScan: number): number | undefined {
  let at = startOfScan + 2 + bytes.readUInt16BE(startOfScan + 2);
  while (at + 1 < bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7)) at += 1;
    else if (marker === END_OF_IMAGE) return at + 2;
    else at += at + 3 < bytes.length ? 2 + bytes.readUInt16BE(at + 2) : 2;
  }
  return undefined;
}
