import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

/**
 * What a page is held against: a bare Fastify that sends the same bytes, as its manual shows it. No hook, no choice of encoding,
 * no ETag to compare, no time-outs; plain JavaScript, so that nothing stands between it and Node. A form it refuses before reading it.
 * Run as `node bare.mjs PORT BODY HEADERS`.
 */
const [port, bodyFile, headersFile] = process.argv.slice(2);
const body = readFileSync(bodyFile);
const headers = JSON.parse(readFileSync(headersFile, 'utf8'));
const app = Fastify();
app.get('/same', (_request, reply) => reply.headers(headers).send(body));
const refuse = (_request, reply) => reply.code(503).headers(headers).send(body);
app.post('/my/sign-in', { onRequest: refuse }, refuse);
app.get('/body', (_request, reply) => reply.type('text/html; charset=utf-8').send(body));
await app.listen({ host: '127.0.0.1', port: Number(port) });
