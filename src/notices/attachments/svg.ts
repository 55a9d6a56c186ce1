import { SaxesParser } from 'saxes';
import type { Size } from '../../brand/image-size.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** What draws. Everything else is left out with all that is in it: scripts, foreign markup, movement, links. SVG 2 */
const DRAWS = new Set([
  ...['svg', 'g', 'defs', 'symbol', 'use', 'title', 'desc', 'style', 'switch', 'view'],
  ...['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan', 'textPath', 'image'],
  ...['marker', 'pattern', 'mask', 'clipPath', 'linearGradient', 'radialGradient', 'stop'],
  ...['filter', 'feGaussianBlur', 'feOffset', 'feMerge', 'feMergeNode', 'feFlood', 'feComposite', 'feBlend'],
  ...['feColorMatrix', 'feDropShadow'],
]);

/** A piece of the file itself or a picture within it. */
const INSIDE = /^(#|data:image\/(png|jpeg|gif|webp);base64,)/i;

const LOADS = /@import|@charset|image-set\(|expression\(|javascript:|\\/i;

export interface CleanSvg {
  text: string;
  size: Size;
  /** What was left out, each once, for whoever sent it: `<script>`, `onclick`. */
  removed: string[];
}

/**
 * Writes a drawing anew with nothing in it but what draws: a diagram out of an office program may carry scripts, links and foreign
 * markup that nobody meant to publish.
 * @throws Error that says what is wrong with it, as the end of a sentence that begins with the file.
 */
export function cleanSvg(source: string): CleanSvg {
  const writer = new Writer();
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw new Error(`is not well-formed XML: ${error.message}`);
  });
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) throw new Error('has a DOCTYPE that defines entities');
  });
  parser.on('opentag', (tag) => {
    writer.open(tag.local, tag.uri, Object.values(tag.attributes));
  });
  parser.on('closetag', (tag) => {
    writer.close(tag.local);
  });
  parser.on('text', (text) => {
    writer.text(text);
  });
  parser.on('cdata', (text) => {
    writer.text(text);
  });
  parser.write(source).close();
  return writer.finish();
}

interface Attribute {
  name: string;
  local: string;
  prefix: string;
  uri: string;
  value: string;
}

class Writer {
  readonly #out: string[] = [];
  readonly #removed = new Set<string>();
  /** How deep inside something that is left out. */
  #skipped = 0;
  #depth = 0;
  #style: string | undefined;
  #viewBox = '';

  open(local: string, uri: string, attributes: Attribute[]): void {
    if (this.#depth === 0 && (local !== 'svg' || uri !== SVG)) throw new Error('is no SVG');
    this.#depth += 1;
    if (this.#skipped > 0 || uri !== SVG || !DRAWS.has(local)) {
      if (this.#skipped === 0) this.#removed.add(`<${local}>`);
      this.#skipped += 1;
      return;
    }
    if (this.#depth === 1)
      this.#viewBox = attributes.find((one) => one.name === 'viewBox')?.value ?? sizeOf(attributes);
    const own = this.#depth === 1 ? ` xmlns="${SVG}" viewBox="${inXml(this.#viewBox)}"` : '';
    const kept = attributes
      .filter((one) => one.name !== 'viewBox' || this.#depth > 1)
      .flatMap((one) => this.#kept(one));
    this.#out.push(`<${local}${own}${kept.map(([name, value]) => ` ${name}="${inXml(value)}"`).join('')}>`);
    if (local === 'style') this.#style = '';
  }

  close(local: string): void {
    this.#depth -= 1;
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    if (this.#style !== undefined) {
      if (isHarmless(this.#style)) this.#out.push(inXml(this.#style));
      else this.#removed.add('<style>');
      this.#style = undefined;
    }
    this.#out.push(`</${local}>`);
  }

  text(text: string): void {
    if (this.#skipped > 0 || this.#depth === 0) return;
    if (this.#style !== undefined) this.#style += text;
    else this.#out.push(inXml(text));
  }

  finish(): CleanSvg {
    const [, , width = 0, height = 0] = this.#viewBox
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    if (!(width > 0 && height > 0)) throw new Error('has neither a viewBox nor a width and height');
    return { text: this.#out.join(''), size: { width, height }, removed: [...this.#removed] };
  }

  /** References lose their old prefix: SVG 2 has `href` by itself. */
  #kept({ name, local, prefix, uri, value }: Attribute): [string, string][] {
    if (prefix === 'xmlns' || name === 'xmlns') return [];
    const reference = local === 'href' || local === 'src';
    if (reference ? !INSIDE.test(value.trim()) : /^on/i.test(local) || !isHarmless(value)) {
      this.#removed.add(local);
      return [];
    }
    if (reference) return [['href', value.trim()]];
    if (prefix === 'xml') return [[name, value]];
    // What drawing programs note for themselves.
    return uri === '' ? [[local, value]] : [];
  }
}

function isHarmless(style: string): boolean {
  if (LOADS.test(style)) return false;
  return [...style.matchAll(/url\(\s*["']?([^"')]*)/gi)].every(([, target = '']) => INSIDE.test(target.trim()));
}

/** A drawing without a viewBox has one by its size. */
function sizeOf(attributes: Attribute[]): string {
  const [width, height] = ['width', 'height'].map((name) =>
    Number.parseFloat(attributes.find((one) => one.name === name)?.value ?? ''),
  );
  return width && height ? `0 0 ${width} ${height}` : '';
}

function inXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
