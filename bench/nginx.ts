import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NGINX, type NginxOptions, nginxConf } from '../test/support/nginx-conf.ts';
import { serve } from './wrk.ts';

/** nginx with docs/nginx.conf on the servers' core, in a folder of its own that is made. @throws where it does not answer. */
export function serveNginx(options: NginxOptions) {
  const { folder, port } = options;
  mkdirSync(folder);
  const conf = join(folder, 'nginx.conf');
  writeFileSync(conf, nginxConf(options));
  return serve([NGINX, '-p', folder, '-c', conf], `http://127.0.0.1:${port}/`);
}
