import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { packageRoot } from '../../src/config.ts';

/** Paths of all files below a folder, relative to the package, with slashes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

export function textOf(path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8');
}

export interface Import {
  from: string;
  /** A path of ours, or a package's name. */
  to: string;
  own: boolean;
  /** Gone when the program runs. */
  typeOnly: boolean;
}

/** A file without its comments. */
export function codeOf(path: string): string {
  return textOf(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
}

/** Every import of a file, types included: a type that is needed is a dependency, too. */
export function importsOf(path: string): Import[] {
  const found = codeOf(path).matchAll(
    /^(?:import|export)\s(type\s)?[^;']*?from '([^']+)';|^import '([^']+)';|\bimport\('([^']+)'\)/gm,
  );
  return [...found].map((match) => {
    const target = match[2] ?? match[3] ?? match[4] ?? '';
    const own = target.startsWith('.');
    const to = own ? normalize(join(dirname(path), target)).replaceAll('\\', '/') : target;
    return { from: path, to, own, typeOnly: match[1] !== undefined };
  });
}
