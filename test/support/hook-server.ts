import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HookCall {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Answers a call, or `hang`s. */
export type HookAnswer = { status: number; headers?: Record<string, string>; text?: string } | 'hang';

export interface HookServer {
  url: string;
  calls: HookCall[];
  answer: (call: HookCall) => HookAnswer;
  /** Resolves once so many calls have come. */
  arrived(count: number): Promise<void>;
}

/** Somebody else's server that is called, and answers as the test says. */
export async function startHookServer(answer: HookServer['answer'] = () => ({ status: 204 })): Promise<HookServer> {
  const waiting: { count: number; go: () => void }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const call = { headers: request.headers, body };
      hooks.calls.push(call);
      for (const one of waiting) if (hooks.calls.length >= one.count) one.go();
      const said = hooks.answer(call);
      if (said !== 'hang') response.writeHead(said.status, said.headers).end(said.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hooks: HookServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    calls: [],
    answer,
    arrived: (count) =>
      hooks.calls.length >= count ? Promise.resolve() : new Promise((go) => waiting.push({ count, go })),
  };
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return hooks;
}
