import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';

export const NGINX = '/usr/sbin/nginx';
const BROTLI = '/usr/lib/nginx/modules/ngx_http_brotli_static_module.so';

/** nginx with what docs/nginx.conf needs. */
export const foundNginx = existsSync(NGINX) && existsSync(BROTLI);

export interface NginxOptions {
  folder: string;
  port: number;
  root: string;
  upstream: string;
  /** Whoever asks from this machine is a CDN, which says whose address a reader has. */
  cdn?: boolean;
}

/** docs/nginx.conf as it stands, but for the lines that it says to change, as a whole configuration of one process. */
export function nginxConf({ folder, port, root, upstream, cdn = false }: NginxOptions): string {
  const sample = readFileSync(join(packageRoot, 'docs/nginx.conf'), 'utf8')
    .replace('server 127.0.0.1:3000;', `server ${new URL(upstream).host};`)
    .replace('listen 80 ', `listen 127.0.0.1:${port} `)
    .replace('/var/lib/shirase/export/current', root)
    .replace('/var/log/nginx/', `${folder}/`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `load_module ${BROTLI};
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
worker_rlimit_nofile 16000;
events { worker_connections 8000; }
http {
keepalive_requests 1000000;
${cdn ? 'set_real_ip_from 127.0.0.0/8;\nreal_ip_header X-Forwarded-For;' : ''}
${temporary.join('\n')}
${sample}
}`;
}
