/** Widths of letters, in rem, where a drawing has 0.875rem letters. Rather too wide than too narrow: fonts differ. */
const SIZE = 0.875;
const NARROW_LETTER = 0.62 * SIZE;

/** How much room a text takes on one line. Only ASCII is narrow in the fonts that readers have. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += letter <= '~' ? NARROW_LETTER : SIZE;
  return width;
}

/** The text as far as the room reaches, with … where something is left out. */
export function shorten(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 0 && widthOf(`${letters.join('')}…`) > room) letters.pop();
  return `${letters.join('')}…`;
}

/** The first of several ways to say it that has room, or as much of the last as fits. */
export function firstToFit(ways: string[], room: number): string {
  return ways.find((way) => widthOf(way) <= room) ?? shorten(ways.at(-1) ?? '', room);
}

/** A text beside a place of the drawing, `x` in percent of its width. */
export interface Label {
  x: number;
  anchor: 'start' | 'middle' | 'end';
  text: string;
}

/** What a label covers, in rem from the left. */
export function extentOf(label: Label, room: number): { left: number; right: number } {
  const width = widthOf(label.text);
  const x = (label.x / 100) * room;
  const left = label.anchor === 'start' ? x : label.anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width };
}

/** A label around that place (in percent), moved so far that it does not leave the drawing. */
export function labelAt(x: number, text: string, room: number): Label {
  const label: Label = { x, anchor: 'middle', text };
  const { left, right } = extentOf(label, room);
  if (left < 0) return { x: 0, anchor: 'start', text };
  return right > room ? { x: 100, anchor: 'end', text } : label;
}

/** A label that begins at that place (in percent), or ends at the right edge where it would leave the drawing. */
export function labelFrom(x: number, text: string, room: number): Label {
  const label: Label = { x, anchor: 'start', text };
  return extentOf(label, room).right > room ? { x: 100, anchor: 'end', text } : label;
}

/** Between two labels on one line there is at least so much, in rem. */
export const GAP = 0.5;

/** Those that do not touch one another, the earlier ones of the list first, from left to right. */
export function apart(labels: Label[], room: number): Label[] {
  const kept: Label[] = [];
  for (const label of labels) {
    const { left, right } = extentOf(label, room);
    const free = kept.every((other) => {
      const taken = extentOf(other, room);
      return right + GAP <= taken.left || left >= taken.right + GAP;
    });
    if (free) kept.push(label);
  }
  return kept.sort((a, b) => extentOf(a, room).left - extentOf(b, room).left);
}
