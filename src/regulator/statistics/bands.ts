import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../config.ts';
import type { Message } from '../../errors.ts';

export interface Band {
  /** Inclusive; it ends before the next one. */
  from: number;
  name: Message;
  /** For the drawing, where there is little room. */
  short: Message;
}

export interface Bands {
  minutes: Band[];
  users: Band[];
}

const words = z.object({ ja: z.string(), en: z.string() });
const band = z.object({ from: z.number().min(0), name: words, short: words });
const file = z.object({ minutes: z.array(band).min(1), users: z.array(band).min(1) });

let read: Bands | undefined;

/** The bands of the yearly matrix: data that came with this program. */
export function bands(): Bands {
  read ??= file.parse(JSON.parse(readFileSync(join(packageRoot, 'regulation', 'bands.json'), 'utf8')));
  return read;
}

/** The place of the band that holds the value. */
export function bandOf(list: Band[], value: number): number {
  return Math.max(
    0,
    list.findLastIndex((one) => one.from <= value),
  );
}
