import { connect } from 'node:net';

/**
 * So many clients at one moment, each with a connection of its own, one request after the other; as a process of its own, so that who
 * measures has another core than who is measured. Orders come as JSON in the first argument, what happened goes out as JSON.
 */
export interface Orders {
  port: number;
  /** What is asked for, by turns. */
  requests: string[];
  clients: number;
  /** Requests of each client. */
  rounds: number;
  /** Milliseconds after which nobody waits any longer. */
  patience: number;
}

/** Milliseconds from the wish to connect, or from the request, to the first byte of each answer; `lost`: answers that never came. */
export interface Waits {
  good: number;
  lost: number;
  refused: number;
  p50: number;
  p99: number;
  longest: number;
}

const { port, requests, clients, rounds, patience } = JSON.parse(process.argv[2] ?? '') as Orders;
const waits: number[][] = requests.map(() => []);
const refused = requests.map(() => 0);
const lost = requests.map(() => 0);
let open = clients;

function client(kind: number): void {
  const request = requests[kind] ?? '';
  let left = rounds;
  let asked = performance.now();
  let answered = false;
  const socket = connect(port, '127.0.0.1', () => socket.write(request));
  const end = () => {
    if (!answered && left > 0) (lost[kind] as number)++;
    left = 0;
    socket.destroy();
  };
  let said = '';
  socket.on('data', (part: Buffer) => {
    said += part.toString('latin1');
    const head = said.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(said)?.[1] ?? 0);
    if (said.length < head + 4 + length) return;
    waits[kind]?.push(performance.now() - asked);
    if (!said.startsWith('HTTP/1.1 2')) (refused[kind] as number)++;
    said = '';
    if (--left === 0) {
      answered = true;
      return end();
    }
    asked = performance.now();
    socket.write(request);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    end();
    if (--open === 0) tell();
  });
  setTimeout(end, patience).unref();
}

function tell(): void {
  const told = requests.map((_, kind): Waits => {
    const sorted = (waits[kind] ?? []).sort((a, b) => a - b);
    const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
    const good = sorted.length - (refused[kind] ?? 0);
    return { good, lost: lost[kind] ?? 0, refused: refused[kind] ?? 0, p50: at(0.5), p99: at(0.99), longest: at(1) };
  });
  process.stdout.write(JSON.stringify(told));
}

for (let n = 0; n < clients; n++) client(n % requests.length);
