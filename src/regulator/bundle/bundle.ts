import { createHash } from 'node:crypto';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

/** A file of the bundle. Its bytes are made when its turn comes, so that only one is in memory. */
export interface BundleFile {
  path: string;
  bytes: () => Promise<Uint8Array>;
  /** Compressed already: a picture, a PDF. */
  packed?: boolean;
}

/** A name that every file system takes: no folders, no dots in front, nothing but letters, digits, - and _. */
export function safeName(name: string): string {
  const plain = name
    .normalize('NFKC')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(0, 100);
  return plain === '' ? 'file' : plain;
}

/**
 * The files one after the other as a ZIP, and last of all `manifest.json` with the size and SHA-256 of each. Equal contents give
 * equal bytes: every file carries the time `at`.
 */
export async function* zipOf(files: Iterable<BundleFile>, about: object, at: number): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let broken: Error | null = null;
  const zip = new Zip((error, chunk) => {
    if (error) broken = error;
    else chunks.push(chunk);
  });
  const put = (path: string, bytes: Uint8Array, packed: boolean) => {
    const entry = packed ? new ZipPassThrough(path) : new ZipDeflate(path, { level: 6 });
    entry.mtime = new Date(at);
    zip.add(entry);
    entry.push(bytes, true);
    if (broken) throw broken;
  };
  const listed: { path: string; bytes: number; sha256: string }[] = [];
  for (const file of files) {
    const bytes = await file.bytes();
    listed.push({ path: file.path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    put(file.path, bytes, file.packed ?? false);
    yield* chunks.splice(0);
  }
  put('manifest.json', text(JSON.stringify({ ...about, files: listed }, null, 2)), false);
  zip.end();
  yield* chunks.splice(0);
}

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);
