import { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Names and values in turn, as Node writes them without another look. */
export type FlatHeaders = string[];

/** @returns a list of headers in the form that sendFlat takes. */
export function flat(headers: Readonly<Record<string, string>>): FlatHeaders {
  return Object.entries(headers).flat();
}

/**
 * Past Fastify's own way of sending, which looks at each header of each answer once more: bench/site.ts has what that costs.
 * @param body bytes, or a text whose characters are bytes (`bytesOf`): Node writes that together with the headers, without a copy.
 */
export function sendFlat(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  headers: FlatHeaders,
  body?: Buffer | string,
): FastifyReply {
  if (request.raw instanceof IncomingMessage) {
    reply.hijack();
    reply.raw.writeHead(status, headers);
    if (typeof body === 'string') reply.raw.end(body, 'latin1');
    else reply.raw.end(body);
    return reply;
  }
  // Asked without a socket (app.inject), which knows only headers that were set one by one.
  for (let at = 0; at < headers.length; at += 2) reply.header(headers[at] ?? '', headers[at + 1]);
  return reply.code(status).send(typeof body === 'string' ? Buffer.from(body, 'latin1') : body);
}

/** The UTF-8 of a text as one character for each byte: joined and written without being encoded again. */
export function bytesOf(text: string): string {
  return /^[\u0000-\u007f]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}
