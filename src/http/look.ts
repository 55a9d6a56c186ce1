import { accentSheet, type Brand } from '../brand/brand.ts';
import type { Logo } from '../brand/logo.ts';
import { type Asset, assetOf } from './assets.ts';

/** A picture as a page names it, no larger than its place in the header. */
export interface Picture {
  asset: Asset;
  /** Pixels. */
  width: number;
  height: number;
}

/** What the operator has set of his own, ready for pages. */
export interface Look {
  /** Linked after style.css. */
  sheet?: Asset;
  logo?: Picture;
  darkLogo?: Picture;
}

/** Room in the header, pixels; style.css has the same in rem, so that it grows with the text. */
const PLACE = { width: 240, height: 40 };

export function lookOf({ logo, darkLogo, accent }: Brand): Look {
  return {
    ...(logo ? { logo: pictureOf('logo', logo) } : {}),
    ...(darkLogo ? { darkLogo: pictureOf('logo-dark', darkLogo) } : {}),
    ...(accent ? { sheet: assetOf('operator.css', Buffer.from(accentSheet(accent))) } : {}),
  };
}

function pictureOf(name: string, { extension, bytes, width, height }: Logo): Picture {
  const scale = Math.min(PLACE.width / width, PLACE.height / height);
  return {
    asset: assetOf(`${name}.${extension}`, bytes),
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** All that pages ask for because of it. */
export function assetsOf({ sheet, logo, darkLogo }: Look = {}): Asset[] {
  return [sheet, logo?.asset, darkLogo?.asset].flatMap((asset) => asset ?? []);
}
