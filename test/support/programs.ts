import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { TestProject } from 'vitest/node';
import { packageRoot } from '../../src/config.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of our programs as JavaScript. */
    programs: string;
  }
}

/** A file that asks where it is hears where it was written: beside it are the templates, the migrations and its threads. */
const whereItWasWritten: Plugin = {
  name: 'where it was written',
  setup(building) {
    building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};

/**
 * Our programs as JavaScript, made once for a run: the suite starts some two hundred processes, and from the sources each would
 * have the processor translate them for seconds before its first line.
 */
export default async function makePrograms(project: TestProject): Promise<() => void> {
  const caches = join(packageRoot, 'node_modules/.cache');
  mkdirSync(caches, { recursive: true });
  // Below node_modules: what is not ours is found from there, and nobody lints it.
  const folder = mkdtempSync(join(caches, 'shirase-programs-'));
  const children = readdirSync(join(packageRoot, 'test/drills')).filter((name) => name.endsWith('-child.ts'));
  await build({
    absWorkingDir: packageRoot,
    entryPoints: ['src/main.ts', 'src/cli/shirase.ts', ...children.map((name) => `test/drills/${name}`)],
    ...{ bundle: true, splitting: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20' },
    ...{ outbase: packageRoot, outdir: folder, outExtension: { '.js': '.mjs' }, logLevel: 'warning' },
    plugins: [whereItWasWritten],
  });
  project.provide('programs', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
