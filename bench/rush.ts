import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type Answer, Crowd } from './crowd.ts';
import { percentile } from './readers.ts';
import { loopSeconds } from './wrk.ts';

/** What a browser keeps from the page of the form. */
export interface OpenedForm {
  cookie: string;
  token: string;
}

export async function openedForm(base: string): Promise<OpenedForm> {
  const page = await fetch(`${base}/my/sign-in`);
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { cookie, token: /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '' };
}

/** Forms of the customers `c0`, `c1` and so on as they stand in their browsers, ready to be sent. */
export function forms(count: number, { cookie, token }: OpenedForm, password: string): Buffer[] {
  return Array.from({ length: count }, (_, n) => {
    const form = new URLSearchParams({ _csrf: token, login: `c${n}`, password }).toString();
    const head = `POST /my/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nAccept-Encoding: gzip\r\n`;
    const type = 'Content-Type: application/x-www-form-urlencoded\r\n';
    return Buffer.from(`${head}${type}Content-Length: ${form.length}\r\n\r\n${form}`);
  });
}

export interface Rush {
  letIn: number;
  /** Of those let in, until the last of them. */
  perSecond: number;
  refused: number;
  /** Each of them saw the public state and a time to come back that few others have; undefined where nobody looked. */
  told: boolean | undefined;
  /** Answers of other kinds. */
  others: number;
  /** Milliseconds until the last had asked. */
  asked: number;
  /** Of those refused, each from his own question, in milliseconds. */
  p50: number;
  p99: number;
  /** Milliseconds until the last was refused, and what each cost the server's loop in microseconds. */
  last?: number;
  microseconds?: number;
}

interface Offer {
  /** Milliseconds; 0 is all in one instant. */
  within?: number;
  /** What each asks for when he has connected. */
  greeting?: string;
  from?: (n: number) => string;
  /** Is waited for when all are there, and before anybody asks. */
  ready?: () => Promise<unknown>;
}

/**
 * All connect first: what is measured is what the server does with them, not how fast a kernel shakes hands.
 * @returns with one of the refusals as it came.
 */
export async function rush(
  server: ChildProcess,
  port: number,
  questions: Buffer[],
  { within = 0, greeting = '/healthz', from, ready = async () => {} }: Offer = {},
): Promise<Rush & { refusal: Answer | undefined }> {
  const crowd = await Crowd.gather(port, questions.length, greeting, from);
  await wait(1000);
  await ready();
  const before = loopSeconds(server);
  let [until, last] = [before, 0];
  const answers = await crowd.offer(questions, within, (answer) => {
    if (answer.status !== 503) return;
    // a look costs as much as an answer
    if (answer.at - last > 2) until = loopSeconds(server);
    last = Math.max(last, answer.at);
  });
  crowd.leave();
  const letIn = answers.filter(({ status }) => status === 303);
  const refused = answers.filter(({ status }) => status === 503);
  const waits = refused.map(({ milliseconds }) => milliseconds);
  return {
    letIn: letIn.length,
    perSecond: (letIn.length / Math.max(...letIn.map(({ at }) => at))) * 1000,
    refused: refused.length,
    told: allTold(refused),
    others: answers.length - letIn.length - refused.length,
    asked: Math.max(...answers.map(({ asked }) => asked)),
    p50: percentile(waits, 0.5),
    p99: percentile(waits, 0.99),
    last,
    microseconds: ((until - before) / refused.length) * 1e6,
    refusal: refused[0],
  };
}

function allTold(refused: Answer[]): boolean {
  const waits = refused.map(({ text }) => Number(/retry-after: (\d+)/i.exec(text)?.[1] ?? 0));
  const shown = refused.every(({ text }) => bodyOf(text).includes('id="public-state"'));
  return shown && Math.min(...waits) >= 30 && new Set(waits).size > 30;
}

function bodyOf(answer: string): string {
  const head = answer.slice(0, answer.indexOf('\r\n\r\n'));
  const body = Buffer.from(answer.slice(head.length + 4), 'latin1');
  return (/content-encoding: gzip/i.test(head) ? gunzipSync(body) : body).toString();
}
