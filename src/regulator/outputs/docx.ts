import {
  AlignmentType,
  BorderStyle,
  Document,
  HeadingLevel,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import type { Block, Section } from '../../paper/blocks.ts';
import type { Paper } from '../../paper/pdf.ts';

/** The paper as a Word file: headings, and each fact as a row of a table, so that it can be worked on. */
export async function paperDocx(paper: Paper): Promise<Buffer> {
  const { language, title, author, number, head, sections, closing } = paper;
  const line = (text: string, align: 'left' | 'right') =>
    new Paragraph({
      alignment: align === 'right' ? AlignmentType.RIGHT : AlignmentType.LEFT,
      children: [new TextRun(text)],
    });
  const document = new Document({
    creator: author,
    title,
    description: number,
    styles: {
      default: {
        document: {
          run: { font: FONT, size: 21, language: { eastAsia: 'ja-JP', value: language === 'ja' ? 'ja-JP' : 'en-GB' } },
        },
      },
    },
    sections: [
      {
        children: [
          ...head.map(([text, align]) => line(text, align)),
          new Paragraph({
            heading: HeadingLevel.TITLE,
            alignment: AlignmentType.CENTER,
            children: [new TextRun(title)],
          }),
          ...sections.flatMap((section, index) => inWord(section, index + 1, language === 'ja' ? '．' : '. ')),
          ...(closing === undefined ? [] : [line(closing, 'right')]),
        ],
      },
    ],
  });
  return Packer.toBuffer(document);
}

/** Word takes the first that is there. */
const FONT = { ascii: 'Yu Gothic', hAnsi: 'Yu Gothic', eastAsia: 'Yu Gothic' };

function inWord({ heading, blocks }: Section, number: number, point: string): (Paragraph | Table)[] {
  const parts: (Paragraph | Table)[] = [
    new Paragraph({ heading: HeadingLevel.HEADING_1, children: [new TextRun(`${number}${point}${heading}`)] }),
  ];
  const facts = blocks.filter((block) => block.label !== undefined);
  if (facts.length > 0) parts.push(tableOf(facts));
  for (const block of blocks.filter((one) => one.label === undefined)) parts.push(...paragraphs(block));
  return parts;
}

const RULE = { style: BorderStyle.SINGLE, size: 4, color: '999999' };

function tableOf(facts: Block[]): Table {
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    columnWidths: [2600, 6800],
    borders: { top: RULE, bottom: RULE, left: RULE, right: RULE, insideHorizontal: RULE, insideVertical: RULE },
    rows: facts.map(
      (fact) =>
        new TableRow({
          cantSplit: false,
          children: [
            new TableCell({
              width: { size: 2600, type: WidthType.DXA },
              children: [new Paragraph({ children: [new TextRun({ text: fact.label ?? '', bold: true })] })],
            }),
            new TableCell({ width: { size: 6800, type: WidthType.DXA }, children: paragraphs(fact) }),
          ],
        }),
    ),
  });
}

/** Each line its own paragraph; what is new is underlined. */
function paragraphs(block: Block): Paragraph[] {
  const lines: TextRun[][] = [[]];
  for (const piece of block.pieces ?? [{ text: block.text, changed: false }]) {
    for (const [index, text] of piece.text.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (text !== '')
        lines.at(-1)?.push(new TextRun(piece.changed ? { text: clean(text), underline: {} } : { text: clean(text) }));
    }
  }
  return lines.map((children) => new Paragraph({ children }));
}

/** Characters that XML cannot hold. */
const clean = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
