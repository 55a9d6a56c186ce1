import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { KnownNotice } from '../../lookup/affected.ts';
import { type Notice, workWindow } from '../../notices/notice.ts';
import { DAY, type Instant } from '../../time.ts';
import type { Printing } from '../edition/sheet.ts';
import { type Checked, check, knownNotices } from './answer.ts';

/** A domain that is touched now, as it stands in the list of /check. */
export interface DomainNow {
  domain: string;
  headline: Checked['headline'];
  tone: Checked['tone'];
}

/** The list is for reading; beyond it one asks by the form. */
const MOST = 200;

/** Asked by everybody at once and the same for each edition: worked out once for it. */
const worked = new WeakMap<Printing, { notices: KnownNotice[]; domains: DomainNow[] }>();

/** What an edition's questions are answered from. */
export function groundOfCheck(printing: Printing): { notices: KnownNotice[]; domains: DomainNow[] } {
  let ground = worked.get(printing);
  if (!ground) {
    const { content, now } = printing;
    const notices = knownNotices(
      content.notices.filter((notice) => mayTouch(notice, now)),
      content.catalogue,
    );
    ground = { notices, domains: domainsNow(content.catalogue, notices, now) };
    worked.set(printing, ground);
  }
  return ground;
}

/** Open, ahead, or over for no longer than a day. */
function mayTouch(notice: Notice, now: Instant): boolean {
  if (notice.kind === 'work') return (workWindow(notice)?.to ?? 0) > now;
  return notice.impacts.some((impact) => (impact.recoveredAt ?? now) > now - DAY);
}

/** Every domain of the catalogue whose mail is touched now. */
function domainsNow(catalogue: Catalogue, notices: KnownNotice[], now: Instant): DomainNow[] {
  if (notices.length === 0) return [];
  const domains = [...new Set(catalogue.facilities.flatMap((facility) => facility.mailDomains ?? []))].sort();
  const found: DomainNow[] = [];
  for (const domain of domains) {
    const answer = check(catalogue, notices, { kind: 'domain', domain }, now);
    if (answer.kind === 'checked' && answer.tone !== 'normal') {
      found.push({ domain, headline: answer.headline, tone: answer.tone });
    }
    if (found.length === MOST) break;
  }
  return found;
}
