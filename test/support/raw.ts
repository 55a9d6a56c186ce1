import { request } from 'node:http';

export interface RawAnswer {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** Asks byte by byte, without the unpacking and the following of a browser. */
export function askRaw(
  base: string,
  path: string,
  { method = 'GET', ...headers }: Record<string, string> = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    request(base + path, { method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** What says something of the answer, without what says something of the connection or the server. */
export function telling(headers: Record<string, unknown>, ...without: string[]): Record<string, unknown> {
  const left = ['date', 'connection', 'keep-alive', ...without];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !left.includes(name)));
}
