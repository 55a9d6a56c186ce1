import { readFileSync } from 'node:fs';
import { type Accent, accentProblem, type Colour, GROUNDS, readableAccent, type Scheme } from './colour.ts';
import { type Logo, readLogo } from './logo.ts';

/** What makes the pages the operator's own, beside his name. What he has not set is missing. */
export interface Brand {
  logo?: Logo;
  /** Shown in the dark; without it the other stands on a light plate there. */
  darkLogo?: Logo;
  accent?: Partial<Accent>;
}

/** As the environment has it. */
export interface BrandSettings {
  OPERATOR_LOGO?: string | undefined;
  OPERATOR_LOGO_DARK?: string | undefined;
  OPERATOR_COLOUR?: Colour | undefined;
  OPERATOR_COLOUR_DARK?: Colour | undefined;
}

/** @param problems gets a line for each setting that cannot be used. */
export function readBrand(settings: BrandSettings, problems: string[]): Brand {
  const { OPERATOR_LOGO, OPERATOR_LOGO_DARK, OPERATOR_COLOUR: light, OPERATOR_COLOUR_DARK } = settings;
  const told = (name: keyof BrandSettings, problem: string | undefined) => {
    if (problem) problems.push(`${name}: ${problem}`);
  };
  if (light) told('OPERATOR_COLOUR', accentProblem(light, 'light'));
  if (OPERATOR_COLOUR_DARK) told('OPERATOR_COLOUR_DARK', accentProblem(OPERATOR_COLOUR_DARK, 'dark'));
  if (OPERATOR_LOGO_DARK && !OPERATOR_LOGO) told('OPERATOR_LOGO_DARK', 'needs OPERATOR_LOGO, which is shown by day');
  const logo = logoFrom(OPERATOR_LOGO, (problem) => told('OPERATOR_LOGO', problem));
  const darkLogo = logoFrom(OPERATOR_LOGO_DARK, (problem) => told('OPERATOR_LOGO_DARK', problem));
  const dark = OPERATOR_COLOUR_DARK ?? (light && readableAccent(light, 'dark'));
  return {
    ...(logo ? { logo } : {}),
    ...(darkLogo ? { darkLogo } : {}),
    ...(dark ? { accent: { ...(light ? { light } : {}), dark } } : {}),
  };
}

function logoFrom(file: string | undefined, tell: (problem: string) => void): Logo | undefined {
  if (!file) return undefined;
  try {
    return readLogo(readFileSync(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    tell(`${file} ${code ? `cannot be read (${code})` : message}`);
    return undefined;
  }
}

/** Takes the place of the accent in the style sheet, after which it is linked. */
export function accentSheet({ light, dark }: Partial<Accent>): string {
  const rule = (colour: Colour, scheme: Scheme) => `:root{--accent:${colour};--on-accent:${GROUNDS[scheme].page}}`;
  return [
    ...(light ? [rule(light, 'light')] : []),
    ...(dark ? [`@media screen and (prefers-color-scheme:dark){${rule(dark, 'dark')}}`] : []),
  ].join('');
}
