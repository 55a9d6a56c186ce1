import type { Instant } from '../time.ts';
import type { Text } from './notice.ts';
import type { Quantity } from './quantity.ts';

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
  /** The symptom in words of its own: 以前のメールを開けません. */
  detail?: Text | null;
  /** Who is affected, as far as it is known. */
  users?: Quantity | null;
  startedAt: Instant;
  approximate: boolean;
  recoveredAt: Instant | null;
  /** 頃: the recovery is not known to the minute. */
  recoveredApproximate?: boolean | undefined;
  /** The number of the report that first named it. */
  addedByReport: number;
}

/** What of an impact may prove to have been otherwise, and be told anew with a reason. */
export type ImpactFacts = Partial<Pick<Impact, 'startedAt' | 'approximate' | 'symptom' | 'detail' | 'area' | 'users'>>;

/** A fact that was told and then told anew: both values stay visible. */
export interface Revision {
  /** null: of the notice as a whole, its onset. */
  impact: string | null;
  before: ImpactFacts;
  after: ImpactFacts;
  reason: Text;
  /** The number of the report that told it. */
  report: number;
}
