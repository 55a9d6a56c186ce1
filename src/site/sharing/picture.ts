import type { Language } from '../../time.ts';
import { inkOf, SHAPE } from '../badges/drawing.ts';
import { inXml } from '../drawing/xml.ts';
import type { Badge } from '../words.ts';
import { linesOf, widthOf } from './lines.ts';

/** Pixels: what chats and social networks show large. */
export const PICTURE = { width: 1200, height: 630 };

/** What a picture says. */
export interface PictureText {
  language: Language;
  operator: string;
  badge: Badge;
  state: string;
  title: string;
  time: string;
}

const LEFT = 88;
const ROOM = PICTURE.width - 2 * LEFT;
const STATE = 56;
/** The largest size at which the title has room in its lines, else as much of it as the smallest has room for. */
const TITLES = [
  { size: 76, lines: 2 },
  { size: 64, lines: 3 },
  { size: 54, lines: 3 },
];

/** The state as it is put before somebody who was sent a link: whose it is, how it is, what it is about and of when that is. */
export function drawPicture(text: PictureText): string {
  const ink = inkOf(text.badge);
  const what = text.language === 'ja' ? '故障・工事情報' : 'Service status';
  const badge = 30 + 56 + 20 + STATE * widthOf(text.state) + 36;
  const { size, lines } = titleOf(text.title);
  const title = lines.map((line, at) => write(line, { x: LEFT, y: 250 + size * (1 + at * 1.3), size }));
  const [operator = ''] = linesOf(`${text.operator}　${what}`, ROOM / 38, 1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE.width}" height="${PICTURE.height}" xml:lang="${text.language}">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<rect width="32" height="100%" fill="${ink}"/>`,
    write(operator, { x: LEFT, y: 80, size: 38, ink: '#333' }),
    `<rect x="${LEFT}" y="116" width="${badge}" height="96" rx="14" fill="${ink}"/>`,
    `<g transform="translate(${LEFT + 30} 136) scale(4.7)">${SHAPE[text.badge]}</g>`,
    write(text.state, { x: LEFT + 30 + 56 + 20, y: 184, size: STATE, ink: '#fff' }),
    ...title,
    write(text.time, { x: LEFT, y: 572, size: 36, ink: '#333' }),
    '</svg>',
  ].join('');
}

function titleOf(title: string): { size: number; lines: string[] } {
  const ways = TITLES.map(({ size, lines }) => ({ size, lines: linesOf(title, ROOM / size, lines) }));
  return ways.find(({ lines }) => !lines.at(-1)?.endsWith('…')) ?? ways.at(-1) ?? { size: 0, lines: [] };
}

function write(
  words: string,
  { x, y, size, ink = '#1a1a1a' }: { x: number; y: number; size: number; ink?: string },
): string {
  return `<text x="${x}" y="${y}" font-family="BIZ UDPGothic" font-weight="700" font-size="${size}" fill="${ink}">${inXml(words)}</text>`;
}
