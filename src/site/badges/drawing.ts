import type { Language } from '../../time.ts';
import { inXml } from '../drawing/xml.ts';
import { writable } from '../feeds/text.ts';
import type { Badge } from '../words.ts';

/** What a badge says: of what, and how it is. */
export interface BadgeText {
  language: Language;
  label: string;
  message: string;
  badge: Badge;
}

/** Dark enough for white letters on them. */
const INK: Record<Badge, string> = {
  fault: '#a90000',
  delay: '#8b3200',
  work: '#6e5600',
  normal: '#115a36',
  recovered: '#115a36',
  planned: '#4d4d4d',
};

export function inkOf(badge: Badge): string {
  return INK[badge];
}

/** The shapes of the pages' badges in white, 12 wide: a cross, a triangle, a square, a ring, a tick, an empty square. */
export const SHAPE: Record<Badge, string> = {
  fault: '<path d="M2 2l8 8M10 2l-8 8" stroke="#fff" stroke-width="2.5"/>',
  delay: '<path d="M6 1l5.5 10h-11z" fill="#fff"/>',
  work: '<path d="M1.5 1.5h9v9h-9z" fill="#fff"/>',
  normal: '<circle cx="6" cy="6" r="4.5" fill="none" stroke="#fff" stroke-width="2"/>',
  recovered: '<path d="M1.5 6.5l3 3 6-7" fill="none" stroke="#fff" stroke-width="2"/>',
  planned: '<path d="M2 2h8v8h-8z" fill="none" stroke="#fff" stroke-width="1.5"/>',
};

const SIZE = 13;
const HEIGHT = 24;
const PAD = 8;
/** Of a shape with the room after it. */
const SHAPE_ROOM = 17;

/** A badge as SVG: what it is about on the left, its state as shape and word on the right. Its title says the same. */
export function drawBadge({ language, label, message, badge }: BadgeText): string {
  const [left, right] = [widthOf(label), widthOf(message)];
  const middle = left + 2 * PAD;
  const width = middle + SHAPE_ROOM + right + 2 * PAD;
  const title = inXml(`${label}: ${message}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" xml:lang="${language}" role="img" aria-labelledby="t"><title id="t">${title}</title><rect width="${width}" height="${HEIGHT}" rx="4" fill="#333"/><path d="M${middle} 0h${width - middle - 4}a4 4 0 0 1 4 4v${HEIGHT - 8}a4 4 0 0 1-4 4h${middle - width + 4}z" fill="${inkOf(badge)}"/><g transform="translate(${middle + PAD} 6)">${SHAPE[badge]}</g><g font-family="'Hiragino Sans','Noto Sans JP','Noto Sans CJK JP',Meiryo,Verdana,sans-serif" font-size="${SIZE}" fill="#fff">${text(label, PAD, left)}${text(message, middle + PAD + SHAPE_ROOM, right)}</g></svg>\n`;
}

/** Its width is given with it: whatever font draws it, it neither runs over its edge nor leaves a hole. */
function text(words: string, x: number, width: number): string {
  return `<text x="${x}" y="17" textLength="${width}" lengthAdjust="spacingAndGlyphs">${inXml(words)}</text>`;
}

/** About what a usual font takes, in pixels: full-width letters are square, others a little more than half of that. */
function widthOf(words: string): number {
  let width = 0;
  for (const letter of writable(words)) width += SIZE * shareOf(letter);
  return Math.ceil(width);
}

function shareOf(letter: string): number {
  if (/[\p{M}\p{Cf}]/u.test(letter)) return 0;
  if (/[ijl.,:;|!'()[\] Itfr\u002d]/.test(letter)) return 0.36;
  if (/[mwMW@%]/.test(letter)) return 0.92;
  if (/[A-Z]/.test(letter)) return 0.68;
  return /[\u0021-\u024f\uff61-\uff9f]/.test(letter) ? 0.57 : 1;
}
