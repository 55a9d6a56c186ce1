/** #rrggbb, in small letters. */
export type Colour = string;

/** Red, green and blue, 0 to 255. */
function parts(colour: Colour): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** How light it is to the eye, 0 to 1 (WCAG 2.2, relative luminance). */
function luminance(colour: Colour): number {
  const [r, g, b] = parts(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** What text needs (WCAG 2.2 AA, 1.4.3). */
export const ENOUGH = 4.5;

/** What an accent stands on as a link, and what stands on it as a button's text. The style sheet has the same (--page, --raised). */
export const GROUNDS = {
  light: { page: '#ffffff', raised: '#f8f8fb' },
  dark: { page: '#1a1a1a', raised: '#262626' },
} as const;

export type Scheme = keyof typeof GROUNDS;

/** Its weakest contrast as a link and as the ground of a button's text, which has the page's colour. */
export function accentContrast(colour: Colour, scheme: Scheme): number {
  const { page, raised } = GROUNDS[scheme];
  return Math.min(contrast(colour, page), contrast(colour, raised));
}

/** The colour itself where it can be read, else the nearest that can: as little black (or in the dark, white) mixed in as will do. */
export function readableAccent(colour: Colour, scheme: Scheme): Colour {
  for (let share = 0; share < 1; share += 0.005) {
    const mixed = mix(colour, scheme === 'light' ? '#000000' : '#ffffff', share);
    if (accentContrast(mixed, scheme) >= ENOUGH) return mixed;
  }
  return scheme === 'light' ? '#000000' : '#ffffff';
}

function mix(colour: Colour, other: Colour, share: number): Colour {
  const into = parts(other);
  const mixed = parts(colour).map((part, index) => Math.round(part + ((into[index] ?? 0) - part) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** A colour and what it is in the dark. */
export type Accent = Record<Scheme, Colour>;

/** Why it cannot be the accent, with the nearest that can; undefined where it can. */
export function accentProblem(colour: Colour, scheme: Scheme): string | undefined {
  const ratio = accentContrast(colour, scheme);
  if (ratio >= ENOUGH) return undefined;
  // Rounded down: 4.499 must not be told as enough.
  const told = Math.floor(ratio * 100) / 100;
  const [fault, ground] = scheme === 'light' ? ['pale', 'white'] : ['dark', 'the dark page'];
  return `${colour} is too ${fault} for links and buttons: its contrast with ${ground} is ${told} to 1, and ${ENOUGH} is needed (WCAG 2.2 AA); the nearest colour that works is ${readableAccent(colour, scheme)}`;
}
