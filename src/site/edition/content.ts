import type { Catalogue, CatalogueNames } from '../../catalogue/catalogue.ts';
import { loadCatalogue, loadNames } from '../../catalogue/read.ts';
import type { Reader } from '../../db/open.ts';
import { type Attachment, isPublic } from '../../notices/attachments/attachment.ts';
import { type Bond, bondsOf } from '../../notices/links/link.ts';
import type { Progress } from '../../notices/measures/progress.ts';
import type { Notice } from '../../notices/notice.ts';
import {
  editionChangedAt,
  loadAttachments,
  loadMeasureProgress,
  loadNotices,
  loadPostings,
  loadRevisions,
  type Posting,
  publishedVersions,
} from '../../notices/read.ts';
import type { Report } from '../../notices/report.ts';
import { readSettings } from '../../staff/settings.ts';
import type { Instant } from '../../time.ts';

/** What the pages are made of, read once for each edition. */
export interface SiteContent {
  /** Newest first. */
  notices: Notice[];
  catalogue: Catalogue;
  names: CatalogueNames;
  postings: Map<string, Posting[]>;
  /** By the root fault that they share. */
  families: Map<string, Notice[]>;
  /** How notices hang together, from both ends, by notice. */
  bonds: Map<string, Bond[]>;
  /** Every revision of each report, for notices that have corrections. */
  revisions: Map<string, Report[]>;
  /** Files that everybody may see, earlier versions too, by notice. */
  attachments: Map<string, Attachment[]>;
  /** What became of measures after their reports, by notice. */
  progress: Map<string, Progress[]>;
  /** Whether everybody may see how soon faults were told. */
  timelinessPublic: boolean;
  /** When anything was last published, or the catalogue changed. */
  changedAt: Instant;
}

/** Everything that is told of one notice. */
interface Story {
  notice: Notice;
  postings: Posting[];
  revisions: Report[];
  attachments: Attachment[];
  progress: Progress[];
}

/** Read so many at a time: the first edition of many years must not need the room of all its rows at once. */
const AT_A_TIME = 100;

/** The published notices as they were last read. One whose version stands is not read again: years of history cost nothing. */
export class Shelf {
  #stories = new Map<string, Story>();

  async read(db: Reader): Promise<SiteContent> {
    const listed = await publishedVersions(db);
    const changed = listed.filter(({ id, version }) => this.#stories.get(id)?.notice.version !== version);
    const fresh = await readStories(
      db,
      changed.map(({ id }) => id),
    );
    const stories = new Map<string, Story>();
    for (const { id } of listed) {
      const story = fresh.get(id) ?? this.#stories.get(id);
      if (story) stories.set(id, story);
    }
    this.#stories = stories;
    const notices = [...stories.values()].map((story) => story.notice);
    return {
      notices,
      families: familiesOf(notices),
      bonds: bondsOf(notices),
      postings: new Map([...stories].map(([id, story]) => [id, story.postings])),
      revisions: new Map([...stories].map(([id, story]) => [id, story.revisions])),
      attachments: new Map([...stories].map(([id, story]) => [id, story.attachments])),
      progress: new Map([...stories].map(([id, story]) => [id, story.progress])),
      catalogue: await loadCatalogue(db),
      names: await loadNames(db),
      timelinessPublic: (await readSettings(db)).timelinessPublic === 'shown',
      changedAt: await editionChangedAt(db),
    };
  }
}

function familiesOf(notices: Notice[]): Map<string, Notice[]> {
  const families = new Map<string, Notice[]>();
  for (const notice of notices) {
    const family = families.get(notice.rootId);
    if (family) family.push(notice);
    else families.set(notice.rootId, [notice]);
  }
  return families;
}

async function readStories(db: Reader, ids: string[]): Promise<Map<string, Story>> {
  const stories = new Map<string, Story>();
  for (let from = 0; from < ids.length; from += AT_A_TIME) {
    const some = ids.slice(from, from + AT_A_TIME);
    const notices = await loadNotices(db, some);
    const postings = await loadPostings(db, some);
    const attachments = await loadAttachments(db, some);
    const progress = await loadMeasureProgress(db, some);
    for (const notice of notices) {
      const corrected = notice.reports.some((report) => report.revision > 0);
      stories.set(notice.id, {
        notice,
        postings: postings.get(notice.id) ?? [],
        revisions: corrected ? await loadRevisions(db, notice.id) : [],
        progress: progress.get(notice.id) ?? [],
        attachments: (attachments.get(notice.id) ?? []).filter(isPublic),
      });
    }
  }
  return stories;
}
