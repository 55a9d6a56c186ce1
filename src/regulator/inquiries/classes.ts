import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../config.ts';
import type { Message } from '../../errors.ts';

const words = z.object({ ja: z.string(), en: z.string() });
const file = z.object({
  groups: z.array(z.object({ name: words, classes: z.array(z.object({ id: z.string(), name: words })) })),
});

export interface ComplaintGroup {
  name: Message;
  classes: { id: string; name: Message }[];
}

let read: ComplaintGroup[] | undefined;

/** Classes of complaints, in groups: data that came with this program. */
export function complaintGroups(): ComplaintGroup[] {
  read ??= file.parse(JSON.parse(readFileSync(join(packageRoot, 'regulation', 'complaints.json'), 'utf8'))).groups;
  return read;
}

export function complaintNames(): Map<string, Message> {
  return new Map(complaintGroups().flatMap((group) => group.classes.map((one) => [one.id, one.name])));
}
