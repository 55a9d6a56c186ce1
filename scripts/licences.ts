import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/config.ts';

/** What an operator may run and pass on without asking a lawyer. MPL binds changes of its own files alone. */
const ALLOWED = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'],
  ...['MPL-2.0', 'PSF-2.0', 'OFL-1.1', 'WTFPL', 'CC0-1.0', 'Unlicense', 'Python-2.0'],
]);

/** Packages whose licence stands in a file and not in their description, as somebody has read it. */
const READ: Record<string, string> = { 'png-js': 'MIT' };

export interface Licensed {
  name: string;
  version: string;
  licence: string;
}

/** What runs in production, by the lock file. */
export function productionPackages(): Licensed[] {
  const lock = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; license?: string; dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version = '', license }]) => {
      const name = path.split('node_modules/').at(-1) ?? path;
      return { name, version, licence: license ?? READ[name] ?? 'unknown' };
    });
}

/** `(MIT OR GPL-3.0)` is allowed where one of them is, `MIT AND OFL-1.1` where both are. */
export function isAllowed(licence: string): boolean {
  const plain = licence.replace(/[()]/g, '');
  return plain.includes(' OR ')
    ? plain.split(' OR ').some((one) => ALLOWED.has(one))
    : plain.split(' AND ').every((one) => ALLOWED.has(one));
}

if (process.argv[1]?.endsWith('licences.ts')) {
  for (const { name, version, licence } of productionPackages()) {
    process.stdout.write(`${isAllowed(licence) ? ' ' : '!'} ${licence}\t${name} ${version}\n`);
  }
}
