import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/* Loaded into a server that is measured: at SIGWINCH, which ends nothing, it writes how long its event loop stood still since the one before, into LOOP_FILE. */
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGWINCH', () => {
  writeFileSync(
    process.env.LOOP_FILE ?? '',
    JSON.stringify({ p99: delay.percentile(99) / 1e6, most: delay.max / 1e6 }),
  );
  delay.reset();
});
