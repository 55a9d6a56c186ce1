import type { Publication } from '../../alerts/publication.ts';
import type { NoticeGround } from '../ground.ts';
import type { Notice } from '../notice.ts';
import type { Poster } from '../poster.ts';
import type { Report } from '../report.ts';
import { noticeStore } from '../store.ts';
import { type ReportLook, reportLook } from '../wording/report-look.ts';

class Curtain extends Error {}

/** What an act would publish, and what it would hand to the mails. */
export interface Rehearsal {
  look: ReportLook;
  notice: Notice;
  report: Report;
  publication: Publication | undefined;
}

/** An act as it is rehearsed: by this poster, on this ground, with this at the end of its transaction. */
type Act = (
  poster: Poster,
  also: (tx: unknown, notice: Notice) => Promise<void>,
  stage: NoticeGround,
) => Promise<Notice>;

/** What an act would publish, word for word: it is done, looked at and taken back, in one transaction. Also for who may not publish. */
export async function rehearse(ground: NoticeGround, poster: Poster, act: Act, number?: number): Promise<Rehearsal> {
  let notice: Notice | undefined;
  let publication: Publication | undefined;
  const also = (_tx: unknown, after: Notice) => {
    notice = after;
    return Promise.reject(new Curtain());
  };
  const overhear = (heard: Publication) => {
    publication = heard;
  };
  try {
    await act({ ...poster, mayPublish: true }, also, { ...ground, overhear, rehearsal: true });
  } catch (error) {
    if (!(error instanceof Curtain)) throw error;
  }
  const report = notice?.reports.find((one) => one.number === number) ?? notice?.reports.at(-1);
  if (!notice || !report) throw new Error('the rehearsal published nothing');
  return {
    look: reportLook(notice, report, await noticeStore.names(ground.db.kysely), ground.operator.timeZone),
    notice,
    report,
    publication,
  };
}
