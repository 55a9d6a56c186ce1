import { type Notice, noticeState } from '../../notices/notice.ts';
import { STATE_WORDS } from '../../notices/wording/words.ts';
import { type Instant, type Language, showTime } from '../../time.ts';

/** What stands before a notice's title on somebody else's page: 【発生中】[2014年3月6日(木) 8:00 JST]. The time is its newest report's. */
export function bannerStamp(notice: Notice, now: Instant, zone: string, language: Language): string {
  const state = STATE_WORDS[noticeState(notice, now)][language];
  const at = `[${showTime(lastReportAt(notice), zone, language)}]`;
  return language === 'ja' ? `【${state}】${at}` : `[${state}] ${at}`;
}

export function lastReportAt(notice: Notice): Instant {
  return notice.reports.at(-1)?.publishedAt ?? notice.updatedAt;
}
