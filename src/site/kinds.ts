import { badges } from './badges/kind.ts';
import { banner } from './banner/kind.ts';
import { checkSheet } from './check/page.ts';
import type { Kind } from './edition/sheet.ts';
import { calendar } from './feeds/calendar.ts';
import { feeds } from './feeds/feeds.ts';
import { finders } from './finders/kind.ts';
import { guidance } from './guidance/kind.ts';
import { mark } from './mark.ts';
import { attachments } from './pages/attachments.ts';
import { embed } from './pages/embed.ts';
import { front } from './pages/front.ts';
import { history } from './pages/history.ts';
import { notices } from './pages/notice.ts';
import { services } from './pages/service.ts';
import { works } from './pages/works.ts';
import { press } from './press/kind.ts';
import { sharing } from './sharing/kind.ts';
import { statuspage } from './statuspage/kind.ts';
import { text } from './text/kind.ts';
import { timeliness } from './timeliness/kind.ts';

/** All that the edition is made of. What it says first is printed first. */
export const KINDS: Kind[] = [
  mark,
  front,
  checkSheet,
  banner,
  guidance,
  notices,
  services,
  text,
  history,
  timeliness,
  works,
  press,
  attachments,
  statuspage,
  feeds,
  calendar,
  badges,
  embed,
  finders,
  sharing,
];
