import type { Instant } from '../time.ts';
import type { Text } from './notice.ts';

export const SYMPTOMS = ['unavailable', 'degraded', 'delayed', 'login'] as const;
export type Symptom = (typeof SYMPTOMS)[number];

/** One service × its facilities × an area × a symptom, with its own start and recovery. */
export interface Impact {
  id: string;
  service: string;
  /** Codes, or every facility of the service. */
  facilities: string[] | 'all';
  area: Text | null;
  symptom: Symptom;
  startedAt: Instant;
  approximate: boolean;
  recoveredAt: Instant | null;
  /** The number of the report that first named it. */
  addedByReport: number;
}
