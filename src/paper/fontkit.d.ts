/** What we use of it; the package brings no types. */
declare module 'fontkit' {
  export function create(bytes: Uint8Array): { hasGlyphForCodePoint(code: number): boolean };
}
