import type { Size } from '../../brand/image-size.ts';
import { Invalid } from '../../errors.ts';
import { ATTACHMENT_LIMITS, type Extension } from './attachment.ts';
import { cleanJpeg } from './jpeg.ts';
import { activeParts } from './pdf.ts';
import { cleanPng } from './png.ts';
import { cleanSvg } from './svg.ts';

/** A file that may be shown to everybody. */
export interface CleanFile {
  extension: Extension;
  bytes: Buffer;
  size: Size | null;
  /** What of a drawing was left out. */
  removed: string[];
}

/**
 * Reads what was sent by what it is, whatever it was called, and keeps only what is to be looked at.
 * @throws Invalid for the field `file`, saying what would be right.
 */
export function readFile(sent: Buffer): CleanFile {
  if (sent.length === 0) throw wrong('ファイルを選んでください。', 'Choose a file.');
  if (sent.length > ATTACHMENT_LIMITS.bytes) throw tooLarge();
  const head = sent.toString('latin1', 0, 16);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return picture('png', cleanPng(sent));
  if (head.startsWith('\xff\xd8\xff')) return picture('jpg', cleanJpeg(sent));
  if (head.startsWith('%PDF-')) return paper(sent);
  if (/^(\xef\xbb\xbf)?\s*</.test(head)) return drawing(sent);
  throw wrong('PNG、JPEG、SVG、PDFのいずれかのファイルを選んでください。', 'Choose a PNG, JPEG, SVG or PDF file.');
}

export function tooLarge(): Invalid {
  const megabytes = ATTACHMENT_LIMITS.bytes / 1024 / 1024;
  return wrong(`${megabytes}MB以下のファイルにしてください。`, `The file may have at most ${megabytes} MB.`);
}

function picture(extension: 'png' | 'jpg', clean: { bytes: Buffer; size: Size } | undefined): CleanFile {
  if (!clean || clean.size.width < 1 || clean.size.height < 1) {
    throw wrong(
      '画像が壊れているようです。開けることを確かめてから、もう一度選んでください。',
      'This picture seems to be damaged. Check that it opens, then choose it again.',
    );
  }
  const { side } = ATTACHMENT_LIMITS;
  if (Math.max(clean.size.width, clean.size.height) > side) {
    throw wrong(
      `画像の縦横は${side}画素以下にしてください（${clean.size.width}×${clean.size.height}）。`,
      `Make the picture at most ${side} pixels on each side (it has ${clean.size.width} × ${clean.size.height}).`,
    );
  }
  return { extension, ...clean, removed: [] };
}

function drawing(sent: Buffer): CleanFile {
  try {
    const { text, size, removed } = cleanSvg(sent.toString('utf8').replace(/^\ufeff/, ''));
    return { extension: 'svg', bytes: Buffer.from(text), size, removed };
  } catch (error) {
    const reason = (error as Error).message;
    throw wrong(`このSVGは使えません（${reason}）。`, `This SVG cannot be used: it ${reason}.`);
  }
}

function paper(sent: Buffer): CleanFile {
  let active: string[];
  try {
    active = activeParts(sent);
  } catch (error) {
    const reason = (error as Error).message;
    throw wrong(`このPDFは使えません（${reason}）。`, `This PDF cannot be used: it ${reason}.`);
  }
  if (active.length > 0) {
    const names = active.join(', ');
    throw wrong(
      `このPDFには動作や添付（${names}）が含まれています。「印刷」からPDFに保存し直すと取り除けます。`,
      `This PDF holds actions or files (${names}). Print it to PDF again to be rid of them.`,
    );
  }
  return { extension: 'pdf', bytes: sent, size: null, removed: [] };
}

function wrong(ja: string, en: string): Invalid {
  return new Invalid([{ field: 'file', ja, en }]);
}
