import { writable } from '../feeds/text.ts';

/** A text as it may stand in XML, between tags and between quotes. */
export function inXml(text: string): string {
  return writable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
