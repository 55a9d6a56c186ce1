/** What X lets a post weigh: 140 full-width characters. An address that it makes a link of weighs the same however long it is. */
export const HEAVIEST = 280;
const LINK = 23;

/** Code points that weigh one; all others weigh two. An emoji is weighed by its parts, which is never too little. */
const LIGHT: [from: number, to: number][] = [
  [0, 0x10ff],
  [0x2000, 0x200d],
  [0x2010, 0x201f],
  [0x2032, 0x2037],
];

/** How much of a post's 280 a text takes. What could be taken for an address, webmail.example, weighs at least as much as one. */
export function weight(text: string): number {
  let links = 0;
  const rest = text.normalize('NFC').replace(/[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+/gu, (run) => {
    // Among letters of other scripts each dot may stand in an address of its own.
    links += /^[!-~]+$/.test(run) ? Math.max(LINK, plain(run)) : plain(run) + LINK * (run.split('.').length - 1);
    return '';
  });
  return links + plain(rest);
}

/** An address without a domain of the internet, on a test system, is no link to X and weighs what it is. */
export function weightOfLink(url: string): number {
  return /\.[a-z]{2,}$/i.test(new URL(url).hostname) ? LINK : plain(url);
}

function plain(text: string): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    sum += LIGHT.some(([from, to]) => code >= from && code <= to) ? 1 : 2;
  }
  return sum;
}
