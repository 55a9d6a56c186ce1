import { SaxesParser } from 'saxes';
import type { Size } from './image-size.ts';

const SVG = 'http://www.w3.org/2000/svg';
const HTML = 'http://www.w3.org/1999/xhtml';

/** What runs, loads or moves. A logo needs none of it. */
const REFUSED = new Set([
  ...['script', 'foreignObject', 'handler', 'listener', 'iframe', 'object', 'embed', 'audio', 'video', 'canvas'],
  ...['set', 'animate', 'animateMotion', 'animateTransform', 'animateColor', 'discard'],
]);

/** A picture within the file itself; anything else that a reference names is elsewhere. */
const INSIDE = /^(#|data:image\/(png|jpeg|gif|webp)[;,])/i;

/**
 * Reads a drawing and refuses one that could do more than be looked at. Nothing is taken out of it: who made it decides what it
 * looks like without.
 * @returns the size of its viewBox.
 * @throws Error that says what is wrong with it, as the end of a sentence that begins with the file.
 */
export function svgSize(text: string): Size {
  const parser = new SaxesParser({ xmlns: true });
  let viewBox: string | undefined;
  let root: string | undefined;
  let style: string | undefined;
  parser.on('error', (error) => {
    throw new Error(`is not well-formed XML: ${error.message}`);
  });
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) throw new Error('has a DOCTYPE that defines entities');
  });
  parser.on('processinginstruction', ({ target }) => {
    throw new Error(`holds a processing instruction (${target})`);
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (style !== undefined) throw new Error(`holds <${local}> within a style`);
    if (root === undefined) viewBox = attributes.viewBox?.value;
    root ??= `${uri} ${local}`;
    if (uri === HTML || REFUSED.has(local)) throw new Error(`holds <${local}>, which a picture must not`);
    if (local === 'style') style = '';
    for (const { local: name, uri: of, value } of Object.values(attributes)) {
      if (/^(href|src|base)$/i.test(name) && !INSIDE.test(value.trim())) {
        throw new Error(`refers to something outside itself (${name}="${value.slice(0, 60)}")`);
      }
      // What drawing programs note for themselves has a namespace of theirs.
      if (of === '') refuseOutside(value);
      if (of === '' && /^on/i.test(name)) throw new Error(`holds a script (${name})`);
    }
  });
  const collect = (part: string) => {
    if (style !== undefined) style += part;
  };
  parser.on('text', collect);
  parser.on('cdata', collect);
  parser.on('closetag', () => {
    if (style !== undefined) refuseOutside(style);
    style = undefined;
  });
  parser.write(text).close();
  if (root !== `${SVG} svg`) throw new Error('is no SVG');
  const [, , width = 0, height = 0] = (viewBox ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (!(width > 0 && height > 0)) throw new Error('has no viewBox, without which it cannot be scaled');
  return { width, height };
}

/** Of a style: `url(…)` of another file and what imports one. An escape could hide either. */
function refuseOutside(style: string): void {
  for (const [, target = ''] of style.matchAll(/url\(\s*["']?([^"')]*)/gi)) {
    if (!INSIDE.test(target.trim())) throw new Error(`refers to something outside itself (${target.slice(0, 60)})`);
  }
  if (/@import|image-set\(|expression\(/i.test(style)) throw new Error('has a style that loads something');
  if (style.includes('\\')) throw new Error('has a style with escapes');
}
