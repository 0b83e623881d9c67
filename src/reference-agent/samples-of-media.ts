/** A picture and a sound that the scripted agent sends: made of numbers, so that no file has to come along. */
import { crc32, deflateSync } from 'node:zlib';

const WIDTH = 480;
const HEIGHT = 300;
const RATE = 16_000;
/** A chord, one note after another, Hz. */
const NOTES = [261.63, 329.63, 392, 523.25];
const NOTE_SECONDS = 0.4;

/** A landscape at dusk as a PNG. */
export function picture(): Buffer {
  const lines = Array.from({ length: HEIGHT }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: WIDTH }, (_, x) => colourAt(x, y)).flat()]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  // 8 bits each of red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

type Colour = readonly [red: number, green: number, blue: number];

const SKY: readonly [Colour, Colour] = [
  [28, 42, 92],
  [250, 176, 120],
];
const SUN: Colour = [255, 226, 160];
const HILLS: readonly [Colour, Colour] = [
  [62, 74, 110],
  [24, 34, 56],
];

function colourAt(x: number, y: number): Colour {
  const [far, near] = [200 + 22 * Math.sin(x / 47) + 9 * Math.sin(x / 13), 240 + 18 * Math.sin(x / 71 + 2)];
  if (y > near) return HILLS[1];
  if (y > far) return HILLS[0];
  if (Math.hypot(x - 340, y - 165) < 38) return SUN;
  const down = Math.min(1, y / 210);
  const [above, below] = SKY;
  const mixed = (part: 0 | 1 | 2) => Math.round(above[part] + (below[part] - above[part]) * down);
  return [mixed(0), mixed(1), mixed(2)];
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** Four notes as a WAV, 16 bits, one channel. */
export function sound(): Buffer {
  const length = Math.round(NOTE_SECONDS * RATE);
  const samples = Buffer.alloc(NOTES.length * length * 2);
  NOTES.forEach((hertz, note) => {
    for (let at = 0; at < length; at += 1) {
      const fade = Math.min(1, at / 200) * (1 - at / length);
      const value = Math.sin((2 * Math.PI * hertz * at) / RATE) * fade * 12_000;
      samples.writeInt16LE(Math.round(value), (note * length + at) * 2);
    }
  });
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
