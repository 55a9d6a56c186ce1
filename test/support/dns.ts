import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

/** Records by `NAME TYPE`; an MX is its host, each text of a TXT record one string. Names without any do not exist. */
export type Zone = Record<string, string[]>;

const TYPES: Record<number, string> = { 1: 'A', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA' };

/** A name server of one zone, over UDP. @returns `127.0.0.1:PORT` */
export async function startDns(zone: Zone): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => socket.send(answerTo(question, zone), port, address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return `127.0.0.1:${socket.address().port}`;
}

function answerTo(question: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = TYPES[question.readUInt16BE(at + 1)] ?? '';
  const name = labels.join('.').toLowerCase();
  const records = (zone[`${name} ${type}`] ?? []).map((value) => dataOf(type, value));
  const known = Object.keys(zone).some((key) => key.startsWith(`${name} `));
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  const answers = records.map((data) => {
    const fixed = Buffer.from([0xc0, 12, 0, 0, 0, 1, 0, 0, 0, 60, 0, 0]);
    question.copy(fixed, 2, at + 1, at + 3);
    fixed.writeUInt16BE(data.length, 10);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([head, question.subarray(12, at + 5), ...answers]);
}

function dataOf(type: string, value: string): Buffer {
  if (type === 'A') return Buffer.from(value.split('.').map(Number));
  if (type === 'MX') return Buffer.concat([Buffer.from([0, 10]), nameOf(value)]);
  if (type === 'TXT') return Buffer.concat((value.match(/.{1,255}/g) ?? []).map(short));
  return nameOf(value);
}

const short = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);

const nameOf = (name: string) => Buffer.concat([...name.split('.').map(short), Buffer.from([0])]);
