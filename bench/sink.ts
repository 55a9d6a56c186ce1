import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Debian's smtp-sink, which takes all mails and forgets them, on a port of its own. */
export async function startSink() {
  const port = 2600 + (process.pid % 300);
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  // of its own accord it greets no more than 256 at once, which two couriers are more than
  const child = spawn('smtp-sink', [...user, '-m', '1000', '-c', `127.0.0.1:${port}`, '2000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-400);
  });
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const up = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (up) break;
    await wait(50);
  }
  return {
    url: `smtp://127.0.0.1:${port}`,
    /** Mails taken, as it said a moment ago. */
    count: () => Number([...text.matchAll(/mesg=(\d+)/g)].at(-1)?.[1] ?? 0),
    stop: () => child.kill(),
  };
}

export type Sink = Awaited<ReturnType<typeof startSink>>;
