import type { NoticeGround } from '../notices/ground.ts';

/** What this room stands on. */
export type RegulatorGround = NoticeGround;
