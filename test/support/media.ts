/** Take it where a file has to be media: the beginnings of some, as small as they can be known by. */

export function png(width: number, height: number): Buffer {
  const header = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([header, size, Buffer.from('\x08\x06\0\0\0\0\0\0\0\0\0\0\0IDAT', 'latin1')]);
}

export function gif(width: number, height: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  return Buffer.concat([Buffer.from('GIF89a'), size, Buffer.alloc(8)]);
}

/** `orientation`: how it lies, as a camera writes it (EXIF). */
export function jpeg(width: number, height: number, orientation?: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  const frame = Buffer.concat([Buffer.from('\xff\xc0\0\x11\x08', 'latin1'), size, Buffer.alloc(10)]);
  const app0 = Buffer.from('\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1');
  const exif = `\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0${String.fromCharCode(orientation ?? 1)}\0\0\0\0\0\0`;
  const app1 = orientation === undefined ? Buffer.alloc(0) : Buffer.from(exif, 'latin1');
  return Buffer.concat([
    Buffer.from('\xff\xd8', 'latin1'),
    ...(orientation === undefined ? [app0] : [app1]),
    frame,
    Buffer.alloc(40),
  ]);
}

/** Silence. */
export function wav(ms: number): Buffer {
  const rate = 1000;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + ms, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(ms, 40);
  return Buffer.concat([header, Buffer.alloc(Math.min(ms, 100), 0x80)]);
}
