import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/config.ts';
import { serveNginx } from './nginx.ts';
import { seedSite } from './seed.ts';
import { type Load, load, median, residentMegabytes, serve, startFlags } from './wrk.ts';

/**
 * What a reader costs: the built server with 2,000 notices against a bare Fastify that sends the same bytes, on one core each
 * and in turns, so that what else the machine does falls on all alike. `npm run bench:site`; needs wrk and nginx.
 */
const NOTICES = 2000;
const ROUNDS = 7;
const SECONDS = 4;

const folder = mkdtempSync(join(tmpdir(), 'bench-site-'));
execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });
await seedSite(join(folder, 'shirase.db'), NOTICES, Date.now());
console.log(`${NOTICES} notices of three reports are written`);

const ours = 'http://127.0.0.1:3971/';
const bare = 'http://127.0.0.1:3972';
const shirase = await serve(['node', ...startFlags(), join(packageRoot, 'dist/main.js')], ours, {
  PORT: '3971',
  PUBLIC_URL: 'http://127.0.0.1:3971',
  DATA_DIR: folder,
  EXAMPLE: 'false',
  LOG_LEVEL: 'error',
});
const atRest = residentMegabytes(shirase.process);

const page = await fetch(ours, { headers: { 'accept-encoding': 'gzip' } });
const raw = execFileSync('curl', ['-s', '-H', 'accept-encoding: gzip', ours]);
const headers = Object.fromEntries([...page.headers].filter(([name]) => !/^(date|connection|keep-alive)$/.test(name)));
writeFileSync(join(folder, 'body'), raw);
writeFileSync(join(folder, 'headers.json'), JSON.stringify(headers));
const bareServer = await serve(
  ['node', join(packageRoot, 'bench/bare.mjs'), '3972', join(folder, 'body'), join(folder, 'headers.json')],
  `${bare}/same`,
);

const exported = join(folder, 'export');
execFileSync('node', [join(packageRoot, 'dist/cli/shirase.js'), 'export', exported], {
  env: { ...process.env, DATA_DIR: folder, PUBLIC_URL: ours.slice(0, -1), EXAMPLE: 'false' },
  stdio: 'ignore',
});
const files = 'http://127.0.0.1:3973/';
const root = join(exported, 'current');
const nginx = await serveNginx({ folder: join(folder, 'nginx'), port: 3973, root, upstream: ours });

const contenders = {
  shirase: { server: shirase, url: ours },
  'bare Fastify, the same bytes': { server: bareServer, url: `${bare}/same` },
  'bare Fastify, the body alone': { server: bareServer, url: `${bare}/body` },
  'nginx, the export': { server: nginx, url: files },
};
const found = new Map<string, Load[]>(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, { server, url }] of Object.entries(contenders)) {
    const one = await load(server.process, url, SECONDS);
    // The first round warms up.
    if (round > 0) found.get(name)?.push(one);
  }
}
const underLoad = residentMegabytes(shirase.process);
await Promise.all([shirase.stop(), bareServer.stop(), nginx.stop()]);
rmSync(folder, { recursive: true });

const rate = (name: string) => median(found.get(name)?.map((one) => one.perCpuSecond) ?? []);
console.log(`${cpus()[0]?.model}, Node ${process.version}; ${raw.length} bytes, 64 connections, median of ${ROUNDS}`);
console.table(
  Object.fromEntries(
    [...found].map(([name, loads]) => [
      name,
      {
        'answers/s': Math.round(median(loads.map((one) => one.perSecond))),
        'answers/CPU s': Math.round(rate(name)),
        'p50 ms': median(loads.map((one) => one.p50)),
        'p99 ms': median(loads.map((one) => one.p99)),
        errors: loads.reduce((sum, one) => sum + one.errors, 0),
        'shirase is': (rate('shirase') / rate(name)).toFixed(2),
      },
    ]),
  ),
);
console.log(`resident memory of shirase: ${atRest} MB at rest, ${underLoad} MB after the load`);
