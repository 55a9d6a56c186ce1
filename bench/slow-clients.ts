import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { lookupHouse } from './lookup-house.ts';
import { load, openDescriptors, residentMegabytes } from './wrk.ts';

/**
 * Thousands of clients that send one byte a second, half a form or nothing, and 200 honest ones beside them (RELIABILITY R8).
 * `npm run build && SLOW=5000 npx tsx bench/slow-clients.ts`; needs wrk and a descriptor limit above twice as many.
 */
const SLOW = Number(process.env.SLOW ?? 5000);
const SECONDS = 15;

const house = await lookupHouse(3983);
const port = Number(new URL(house.base).port);
const floor = openDescriptors(house.process);
const begun = [
  'GET / HTTP/1.1\r\nHost: x\r\nX-A: ',
  'POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n\r\na=',
  '',
];
const sockets: Socket[] = [];
let closed = 0;
for (let n = 0; n < SLOW; n++) {
  const bytes = begun[n % begun.length] ?? '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.on('error', () => {});
  socket.on('close', () => closed++);
  socket.resume();
  sockets.push(socket);
}
const drip = setInterval(() => {
  for (const [n, socket] of sockets.entries()) if (n % begun.length < 2 && socket.writable) socket.write('a');
}, 1000);
await wait(2000);
const held = openDescriptors(house.process) - floor;
const page = await load(house.process, `${house.base}/`, SECONDS, 200);
const lookup = await load(house.process, `${house.base}/my`, SECONDS, 200, [house.cookie]);
await wait(15_000);
clearInterval(drip);
console.log(
  `${SLOW} slow clients, ${held} of them held at once: pages ${Math.round(page.perSecond)}/s, p99 ${Math.round(page.p99)} ms, ${page.errors} errors; ` +
    `lookups ${Math.round(lookup.perSecond)}/s, p99 ${Math.round(lookup.p99)} ms, ${lookup.errors} errors; ` +
    `${closed} slow ones let go within 47 s, ${residentMegabytes(house.process)} MB resident`,
);
for (const socket of sockets) socket.destroy();
await house.stop();
process.exit(page.errors + lookup.errors === 0 && closed === SLOW ? 0 : 1);
