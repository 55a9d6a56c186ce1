import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { SECOND } from '../time.ts';

/**
 * How this house calls an address that somebody typed in. Nothing typed may reach inside the operator's network: the name is resolved
 * here, every address it has must be a public one, and exactly that address is called, so that a name cannot mean another machine a
 * moment later. Redirects are not followed. https only. What an administrator has allowed by name or network may be inside, and http.
 */
export interface OutboundCall {
  url: string;
  /** POST where nothing is said. */
  method?: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string;
  /** Hosts (`hooks.example`), addresses or networks (`10.1.0.0/16`) that may be inside. */
  allow: readonly string[];
  /** Milliseconds for everything together. */
  timeout?: number;
}

/** The address may not be called. Trying again will not help. */
export class OutboundRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'OutboundRefused';
  }
}

export interface OutboundAnswer {
  status: number;
  /** Seconds that the answer asks to wait, where it does. */
  retryAfter: number | null;
  /** How its body begins, for people. */
  text: string;
}

export interface ReadAnswer {
  status: number;
  contentType: string;
  body: Buffer;
}

const TIMEOUT = 10 * SECOND;
/** Characters, and bytes at most that are read for them. */
const SHOWN = 300;
const READ = 4096;

/**
 * Looks at an address as a call would, without calling. @throws OutboundRefused where it may not be called; Error where its name is
 * not known.
 */
export async function checkOutbound(text: string, allow: readonly string[]): Promise<void> {
  const url = parsed(text);
  await permittedAddress(url, hostOf(url), allow, AbortSignal.timeout(TIMEOUT));
}

/**
 * Posts once. @returns any answer there was, whatever its status.
 * @throws OutboundRefused where the address may not be called; Error where there was no answer in time.
 */
export async function postOutbound(call: OutboundCall): Promise<OutboundAnswer> {
  const answer = await callOutbound(call, AbortSignal.timeout(call.timeout ?? TIMEOUT));
  const after = Number(answer.headers['retry-after']);
  const retryAfter = Number.isFinite(after) && after > 0 ? after : null;
  const text = await beginningOf(answer).catch(() => '');
  answer.destroy();
  return { status: answer.statusCode ?? 0, retryAfter, text };
}

/**
 * Calls once and reads the answer. @param most bytes of it at most.
 * @throws OutboundRefused where the address may not be called; Error where there was no whole answer in time, or too much of it.
 */
export async function readOutbound(call: OutboundCall, most: number): Promise<ReadAnswer> {
  const answer = await callOutbound(call, AbortSignal.timeout(call.timeout ?? TIMEOUT));
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw new Error(`${new URL(call.url).host} answered with more than ${most} bytes`);
    parts.push(part);
  }
  return {
    status: answer.statusCode ?? 0,
    contentType: answer.headers['content-type'] ?? '',
    body: Buffer.concat(parts),
  };
}

async function callOutbound(call: OutboundCall, signal: AbortSignal): Promise<IncomingMessage> {
  const url = parsed(call.url);
  const address = await permittedAddress(url, hostOf(url), call.allow, signal);
  const method = call.method ?? 'POST';
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method,
      headers: method === 'GET' ? call.headers : { ...call.headers, 'content-length': Buffer.byteLength(call.body) },
      agent: false,
      signal,
      lookup: (_host, options, found) =>
        options.all ? found(null, [address]) : found(null, address.address, address.family),
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(call.body);
  });
}

/** Never more of it than is shown, however long it is or lasts. */
async function beginningOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= READ) break;
  }
  const text = Buffer.concat(parts).toString('utf8').replace(/\s+/g, ' ').trim();
  return text.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, SHOWN);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function parsed(text: string): URL {
  if (!URL.canParse(text)) throw new OutboundRefused('this is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutboundRefused('only https is called');
  if (url.username !== '' || url.password !== '') throw new OutboundRefused('the URL carries a password');
  return url;
}

function checkProtocol(url: URL, host: string, allow: readonly string[]): void {
  const named = allow.some((entry) => entry.toLowerCase() === host || (isIP(host) !== 0 && covers(entry, host)));
  if (url.protocol === 'http:' && !named) throw new OutboundRefused('only https is called outside the allowed hosts');
}

async function permittedAddress(url: URL, host: string, allow: readonly string[], signal: AbortSignal) {
  checkProtocol(url, host, allow);
  const family = isIP(host);
  const found = family === 0 ? await inTime(lookup(host, { all: true }), signal) : [{ address: host, family }];
  const hostAllowed = allow.some((entry) => entry.toLowerCase() === host);
  const inside = found.find(
    ({ address }) => !hostAllowed && !isPublic(address) && !allow.some((entry) => covers(entry, address)),
  );
  if (inside) throw new OutboundRefused(`${host} is inside a network (${inside.address}) and not allowed`);
  const [first] = found;
  if (!first) throw new Error(`${host} has no address`);
  return first;
}

const GLOBAL = ipaddr.parseCIDR('2000::/3');

/** Loopback, private, link-local, shared, multicast, documentation, translated and IPv4-compatible addresses are not. */
function isPublic(address: string): boolean {
  const ip = ipaddr.process(address);
  return ip.range() === 'unicast' && (ip.kind() === 'ipv4' || ip.match(GLOBAL));
}

function covers(entry: string, address: string): boolean {
  const ip = ipaddr.process(address);
  if (ipaddr.isValid(entry)) return ipaddr.process(entry).toString() === ip.toString();
  if (!ipaddr.isValidCIDR(entry)) return false;
  const [network, bits] = ipaddr.parseCIDR(entry);
  return network.kind() === ip.kind() && ip.match(network, bits);
}

async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the name was not resolved in time')), { once: true });
    work.then(resolve, reject);
  });
}
