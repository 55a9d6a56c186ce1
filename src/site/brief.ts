import type { PublicStatus } from '../http/views.ts';
import { noticeState } from '../notices/notice.ts';
import { STATE_WORDS } from '../notices/wording/words.ts';
import type { Printed } from './edition/printed.ts';
import { headline } from './headline.ts';
import { isUnderWay } from './words.ts';

const SHOWN = 5;
const made = new WeakMap<Printed, PublicStatus>();

/** The public state in a few lines, for a page that has to say that it cannot do what was asked. Made once for each print. */
export function briefOf(printed: Printed): PublicStatus {
  const before = made.get(printed);
  if (before) return before;
  const { content, now } = printed.printing;
  const open = content.notices.filter((notice) => {
    const state = noticeState(notice, now);
    return isUnderWay(state) || state === 'in_progress';
  });
  const brief = {
    ...headline(content, now),
    asOf: now,
    more: Math.max(0, open.length - SHOWN),
    notices: open.slice(0, SHOWN).map((notice) => ({
      id: notice.id,
      title: notice.title,
      state: STATE_WORDS[noticeState(notice, now)],
    })),
  };
  made.set(printed, brief);
  return brief;
}
