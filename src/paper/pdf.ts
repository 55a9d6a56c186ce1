import PDFDocument from 'pdfkit';
import type { Instant, Language } from '../time.ts';
import { type Block, type Fact, type Piece, type Run, runsOf, type Section } from './blocks.ts';
import { fontBytes, inker } from './ink.ts';

/** Points. A4 with the margins of a letter; the foot has room for the page's number. */
const MARGIN = { top: 64, left: 68, right: 68, bottom: 72 };
const SIZE = { small: 9, text: 10.5, heading: 12, title: 16 };
const LEADING = 5;
const INDENT = MARGIN.left + 12;
const LABEL = 118;

/** What is set: equal papers give equal bytes, whenever they are printed. */
export interface Paper {
  language: Language;
  title: string;
  author: string;
  /** What a reader's program shows beside the title; the foot of each page too. */
  number: string;
  /** The date in the file. */
  at: Instant;
  /** Above the title. */
  head: [text: string, align: 'left' | 'right'][];
  lead?: string | undefined;
  /** A fact before the first section: why it was corrected. */
  before?: Fact | undefined;
  sections: Section[];
  /** Below everything. */
  closing?: string | undefined;
}

/** The paper as a tagged A4 PDF with its fonts inside. */
export function paperPdf(paper: Paper): Buffer {
  return new Sheet(paper).print();
}

class Sheet {
  readonly #paper: Paper;
  readonly #doc: PDFKit.PDFDocument;
  readonly #ink: (text: string) => string;
  readonly #root: PDFKit.PDFStructureElement;

  constructor(paper: Paper) {
    this.#paper = paper;
    const { language, title, author, number, at } = paper;
    const [regular, bold] = [fontBytes('regular'), fontBytes('bold')];
    this.#ink = inker(regular);
    this.#doc = new PDFDocument({
      size: 'A4',
      margins: MARGIN,
      lang: language === 'ja' ? 'ja-JP' : 'en',
      pdfVersion: '1.7',
      tagged: true,
      displayTitle: true,
      bufferPages: true,
      font: null as unknown as string,
      info: {
        Title: inXml(title),
        Author: inXml(author),
        Subject: inXml(number),
        Producer: 'Shirase',
        Creator: 'Shirase',
        CreationDate: new Date(at),
        ModDate: new Date(at),
      },
    });
    this.#doc.registerFont('regular', regular);
    this.#doc.registerFont('bold', bold);
    this.#root = this.#doc.struct('Document');
    this.#doc.addStructure(this.#root);
  }

  print(): Buffer {
    const { title, head, lead, before, sections, closing } = this.#paper;
    for (const [text, align] of head) this.#tagged('P', () => this.#write(text, { align }));
    this.#doc.moveDown(1.5);
    this.#tagged('H1', () => this.#write(title, { weight: 'bold', size: SIZE.title, align: 'center' }));
    this.#doc.outline.addItem(title);
    this.#doc.moveDown(1);
    if (lead !== undefined) this.#tagged('P', () => this.#write(lead));
    this.#doc.moveDown(0.5);
    if (before) this.#run({ facts: [before] });
    for (const [index, section] of sections.entries()) this.#section(section, index + 1);
    if (closing !== undefined) {
      this.#doc.moveDown(1);
      this.#tagged('P', () => this.#write(closing, { align: 'right' }));
    }
    this.#root.end();
    this.#foot();
    this.#doc.end();
    // Everything was written when end() came back: nothing in it waits.
    return this.#doc.read() as Buffer;
  }

  #section({ heading, blocks }: Section, number: number): void {
    this.#room(SIZE.heading + 3 * (SIZE.text + LEADING));
    this.#doc.moveDown(0.6);
    const text = `${number}${this.#say('．', '. ')}${heading}`;
    this.#tagged('H2', () => this.#write(text, { weight: 'bold', size: SIZE.heading }));
    this.#doc.outline.addItem(this.#ink(text));
    this.#doc.moveDown(0.3);
    for (const run of runsOf(blocks)) this.#run(run);
  }

  #run(run: Run): void {
    if ('paragraph' in run) {
      this.#root.add(this.#leaf('P', run.paragraph, () => this.#text(run.paragraph, INDENT)));
    } else {
      const list = this.#doc.struct('L');
      this.#root.add(list);
      if ('facts' in run) for (const fact of run.facts) this.#fact(list, fact);
      else for (const item of run.items) this.#item(list, item);
      list.end();
    }
    this.#doc.moveDown(0.2);
  }

  /** Its name on the left, what it is beside it. */
  #fact(list: PDFKit.PDFStructureElement, fact: Fact): void {
    // Before anything is marked: a page must not begin between a mark and its end.
    this.#room(2 * (SIZE.text + LEADING));
    const { page } = this.#doc;
    let under = 0;
    const name = () => {
      under = this.#beside(() => this.#write(fact.label, { weight: 'bold', x: INDENT, width: LABEL - 10 }));
    };
    const body = () => this.#text(fact, INDENT + LABEL);
    list.add(this.#doc.struct('LI', {}, [this.#leaf('Lbl', {}, name), this.#leaf('LBody', fact, body)]));
    if (this.#doc.page === page) this.#doc.y = Math.max(this.#doc.y, under);
    this.#doc.moveDown(0.25);
  }

  #item(list: PDFKit.PDFStructureElement, item: Block): void {
    this.#room(SIZE.text + LEADING);
    const dot = () => this.#beside(() => this.#write('・', { x: INDENT }));
    const body = () => this.#text(item, INDENT + SIZE.text);
    list.add(this.#doc.struct('LI', {}, [this.#leaf('Lbl', {}, dot), this.#leaf('LBody', item, body)]));
  }

  /** Writes and goes back up to where it began, unless that is on another page. @returns where it ended. */
  #beside(write: () => void): number {
    const { page, y } = this.#doc;
    write();
    const end = this.#doc.y;
    if (this.#doc.page === page) this.#doc.y = y;
    return end;
  }

  /** The page's number, which is no part of the text. */
  #foot(): void {
    const { start, count } = this.#doc.bufferedPageRange();
    for (let index = start; index < start + count; index++) {
      this.#doc.switchToPage(index);
      const { page } = this.#doc;
      // Below the margin, where text would else begin another page.
      page.margins.bottom = 0;
      this.#doc.markContent('Artifact', { type: 'Pagination' });
      this.#doc.y = page.height - 48;
      const text = `${this.#ink(this.#paper.number)}　${index + 1} / ${count}`;
      this.#write(text, { size: SIZE.small, align: 'center' });
      this.#doc.endMarkedContent();
      page.margins.bottom = MARGIN.bottom;
    }
  }

  #leaf(type: string, { lang }: { lang?: 'ja' }, draw: () => void): PDFKit.PDFStructureElement {
    return this.#doc.struct(type, lang === undefined ? {} : { lang: 'ja-JP' }, [draw]);
  }

  #tagged(type: string, draw: () => void): void {
    this.#root.add(this.#leaf(type, {}, draw));
  }

  /** A block's text; what is new in it since the paper before is underlined. */
  #text({ text, pieces }: Block, x: number): void {
    if (!pieces?.some((piece) => piece.changed)) {
      this.#write(text, { x });
      return;
    }
    const inked = pieces
      .map((piece): Piece => ({ ...piece, text: this.#ink(piece.text) }))
      .filter((piece) => piece.text !== '');
    const doc = this.#doc;
    const width = doc.page.width - MARGIN.right - x;
    doc.font('regular').fontSize(SIZE.text);
    for (const [index, piece] of inked.entries()) {
      const look = { width, lineGap: LEADING, underline: piece.changed, continued: index < inked.length - 1 };
      if (index === 0) doc.text(piece.text, x, doc.y, look);
      else doc.text(piece.text, look);
    }
    doc.x = MARGIN.left;
  }

  #write(
    text: string,
    look: {
      weight?: 'regular' | 'bold';
      size?: number;
      align?: 'left' | 'right' | 'center';
      x?: number;
      width?: number;
    } = {},
  ): void {
    const { weight = 'regular', size = SIZE.text, align = 'left', x = MARGIN.left } = look;
    const doc = this.#doc;
    const width = look.width ?? doc.page.width - MARGIN.right - x;
    doc.font(weight).fontSize(size).text(this.#ink(text), x, doc.y, { width, align, lineGap: LEADING });
    doc.x = MARGIN.left;
  }

  /** A heading does not stand alone at the foot of a page. */
  #room(points: number): void {
    if (this.#doc.y + points > this.#doc.page.height - MARGIN.bottom) this.#doc.addPage();
  }

  #say(ja: string, en: string): string {
    return this.#paper.language === 'ja' ? ja : en;
  }
}

/** pdfkit copies these into XML as they are. */
function inXml(text: string): string {
  return text.replace(/[<>&]/g, (mark) => ({ '<': '＜', '>': '＞', '&': '＆' })[mark] ?? '');
}
