import { deliveriesOf } from '../../alerts/deliveries.ts';
import { loadAttachmentBytes, loadAttachments, loadPostings, loadRevisions } from '../../notices/read.ts';
import { auditTrail } from '../../staff/audit.ts';
import { isoTime, type Language } from '../../time.ts';
import type { Accident } from '../accidents.ts';
import { accidentJson } from '../facts/json.ts';
import type { RegulatorGround } from '../ground.ts';
import { inquiryStore } from '../inquiries/inquiry-store.ts';
import { paperOf, papersOf } from '../outputs/papers.ts';
import type { Sheet } from '../outputs/sheet.ts';
import { submissionsOf } from '../outputs/submit.ts';
import { type BundleFile, safeName, text } from './bundle.ts';

/** More lines of the trail than one notice has; the manifest says where it was cut. */
const MOST_AUDIT = 10_000;

/** Everything on one accident: reports with all revisions, trail, counts of mails, attachments, facts, what was handed in. */
export async function contentsOf(
  ground: RegulatorGround,
  id: string,
): Promise<{ accident: Accident; files: BundleFile[]; auditCut: boolean }> {
  const db = ground.db.kysely;
  const zone = ground.operator.timeZone;
  const { accident, papers } = await papersOf(ground, id);
  const audit = await auditTrail(db, { subject: id, limit: MOST_AUDIT });
  const json = (path: string, content: unknown): BundleFile => ({
    path,
    bytes: () => Promise.resolve(text(`${JSON.stringify(content, null, 2)}\n`)),
  });
  const revisions = await loadRevisions(db, id);
  const attached = (await loadAttachments(db, [id])).get(id) ?? [];
  const files: BundleFile[] = [
    json('notice.json', { ...accident.notice, reports: undefined }),
    ...revisions.map((one) => json(`reports/${two(one.number)}-revision-${one.revision}.json`, one)),
    json('postings.json', (await loadPostings(db, [id])).get(id) ?? []),
    json('accident.json', accidentJson(accident, zone)),
    json('inquiries.json', await inquiryStore.of(db, id)),
    json('mails.json', await deliveriesOf(db, id)),
    json(
      'audit.json',
      audit.map((entry) => ({ ...entry, at: isoTime(entry.at, zone) })),
    ),
    { path: 'prompt-now.txt', bytes: () => Promise.resolve(text(papers.prompt.ja)) },
    { path: 'sheet-now.pdf', bytes: () => pdfOf(ground, papers.sheet.ja, id, null), packed: true },
    ...(await handedIn(ground, id)),
    ...attached.map((one) => ({
      path: `attachments/${safeName(`${one.id}-v${one.version}.${one.extension}`)}`,
      bytes: async () => (await loadAttachmentBytes(db, one.id)) ?? new Uint8Array(),
      packed: true,
    })),
    json('attachments.json', attached),
  ];
  return { accident, files, auditCut: audit.length === MOST_AUDIT };
}

async function handedIn(ground: RegulatorGround, id: string): Promise<BundleFile[]> {
  return (await submissionsOf(ground.db.kysely, id)).flatMap((one): BundleFile[] => {
    const name = `submitted/${one.kind}-${two(one.number)}`;
    const frozen = { path: `${name}.json`, bytes: () => Promise.resolve(text(JSON.stringify(one, null, 2))) };
    if (one.kind !== 'detailed') return [frozen];
    const sheet = (one.content as Record<Language, Sheet>).ja;
    return [frozen, { path: `${name}.pdf`, bytes: () => pdfOf(ground, sheet, id, one), packed: true }];
  });
}

async function pdfOf(
  ground: RegulatorGround,
  sheet: Sheet,
  id: string,
  submitted: { number: number; at: number } | null,
): Promise<Uint8Array> {
  const { paperPdf } = await import('../../paper/pdf.ts');
  const at = submitted?.at ?? ground.clock.now();
  return paperPdf(paperOf(sheet, { id, number: submitted?.number ?? null, at, language: 'ja' }, ground));
}

const two = (number: number) => String(number).padStart(2, '0');
