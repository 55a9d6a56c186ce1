import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

const require = createRequire(import.meta.url);

const FONT = '@expo-google-fonts/biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf';
const WASM = '@resvg/resvg-wasm/index_bg.wasm';

/** Makes PNGs of SVGs that are written in BIZ UDPGothic Bold. */
export async function painter(): Promise<(svg: string) => Buffer> {
  // Compiled plainly, a picture takes 50 ms and the renderer 30 MB. What V8 gains by doing it better costs it 50 MB more.
  setFlagsFromString('--liftoff-only');
  await initWasm(readFileSync(require.resolve(WASM)));
  const font = readFileSync(require.resolve(FONT));
  return (svg) => paint(svg, font);
}

/** What lies in its memory is not ours to forget: it is given back by hand. */
function paint(svg: string, font: Uint8Array): Buffer {
  const drawing = new Resvg(svg, { font: { fontBuffers: [font], defaultFontFamily: 'BIZ UDPGothic' } });
  try {
    const image = drawing.render();
    try {
      return Buffer.from(image.asPng());
    } finally {
      image.free();
    }
  } finally {
    drawing.free();
  }
}
