import { existsSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Browser suites run where there is a Chromium; CI must have one. */
export const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) {
  if (process.env.SHIRASE_CI === '1') throw new Error(`CI needs a Chromium at ${CHROMIUM}`);
  console.warn(`No Chromium at ${CHROMIUM}: the browser suites are skipped. Set CHROMIUM to run them.`);
}

let shared: Promise<Browser> | undefined;

function browser(): Promise<Browser> {
  shared ??= chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return shared;
}

/** A page of a fresh browser profile, closed when the test ends. */
export async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 }, ...options });
  onTestFinished(() => context.close());
  return context.newPage();
}

/** Ends the browser of this file: call it in afterAll. */
export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}

/** Gives the server a port of its own. @returns its address. */
export async function listen(app: FastifyInstance): Promise<string> {
  return app.listen({ host: '127.0.0.1', port: 0 });
}
