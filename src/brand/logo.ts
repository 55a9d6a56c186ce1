import { jpegSize, pngSize, type Size, webpSize } from './image-size.ts';
import { svgSize } from './svg.ts';

/** A picture that the operator is known by. */
export interface Logo extends Size {
  /** By its bytes, whatever the file was called. */
  extension: 'png' | 'jpg' | 'webp' | 'svg';
  bytes: Buffer;
}

/** It stands on every page, on the worst day too: a mobile network carries this in a second. */
const LARGEST = 100 * 1024;

/** Pixels: what a careless export may have, not what a page shows. */
const WIDEST = 4096;

/** @throws Error that says what is wrong with it, as the end of a sentence that begins with the file. */
export function readLogo(bytes: Buffer): Logo {
  if (bytes.length > LARGEST) {
    throw new Error(
      `has ${Math.ceil(bytes.length / 1024)} KB; a logo stands on every page and may have ${LARGEST / 1024}`,
    );
  }
  const extension = extensionOf(bytes);
  const size = extension === 'svg' ? svgSize(bytes.toString('utf8')) : SIZES[extension](bytes);
  if (!size || size.width < 1 || size.height < 1) throw new Error('is damaged: it does not say how large it is');
  if (extension !== 'svg' && Math.max(size.width, size.height) > WIDEST) {
    throw new Error(`is ${size.width} × ${size.height} pixels; ${WIDEST} are enough`);
  }
  return { extension, bytes, width: size.width, height: size.height };
}

const SIZES = { png: pngSize, jpg: jpegSize, webp: webpSize };

function extensionOf(bytes: Buffer): Logo['extension'] {
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpg';
  if (/^RIFF[\s\S]{4}WEBP/.test(head)) return 'webp';
  if (/^(\xef\xbb\xbf)?\s*</.test(head)) return 'svg';
  throw new Error('is neither a PNG, an SVG, a JPEG nor a WebP');
}
