// A worker around zxing-cpp 3 as WebAssembly: paths of PGM files in, one line
// of JSON out each. Its argument is the folder that holds node_modules.
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';

const library = process.argv[2] + '/node_modules/zxing-wasm/dist/';
const {readBarcodes, prepareZXingModule} = await import(pathToFileURL(library + 'es/reader/index.js'));
const wasmBinary = new Uint8Array(readFileSync(library + 'reader/zxing_reader.wasm')).buffer;
await prepareZXingModule({overrides: {wasmBinary}, fireImmediately: true});

// It takes colours only.
function readPGM(path) {
  const file = readFileSync(path); // only the heads that bench-qr writes
  const head = file.subarray(0, 40).toString('latin1').split('\n').slice(0, 3);
  const [width, height] = head[1].split(' ').map(Number);
  const grey = file.subarray(head.join('\n').length + 1);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = grey[i];
    data[4 * i + 3] = 255;
  }
  return {data, width, height};
}

for await (const path of createInterface({input: process.stdin})) {
  const picture = readPGM(path);
  const before = process.cpuUsage();
  const found = await readBarcodes(picture, {formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 255});
  const {user, system} = process.cpuUsage(before);
  const hex = (b) => Buffer.from(b).toString('hex');
  const answers = found.filter((r) => r.isValid).map((r) => ({bytes: hex(r.bytes), text: hex(r.text)}));
  console.log(JSON.stringify({ms: (user + system) / 1000, answers}));
}
