import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factsOf, MOST_PIXELS } from '../../src/workspace/media-facts.ts';
import { gif, jpeg, png, wav } from '../support/media.ts';

describe('by its content', () => {
  test.each([
    ['a.png', png(640, 480), { mime: 'image/png', kind: 'image', width: 640, height: 480 }],
    ['a.txt', png(1, 1), { mime: 'image/png', kind: 'image', width: 1, height: 1 }],
    ['a.gif', gif(3, 2), { mime: 'image/gif', kind: 'image', width: 3, height: 2 }],
    ['a.jpg', jpeg(400, 300), { mime: 'image/jpeg', kind: 'image', width: 400, height: 300 }],
    ['a.jpg', jpeg(400, 300, 6), { mime: 'image/jpeg', kind: 'image', width: 300, height: 400 }],
    ['a.wav', wav(1500), { mime: 'audio/wav', kind: 'audio', durationMs: 1500 }],
    ['a', Buffer.from('ID3\x03\0\0\0\0\0\0\xff\xfb\x90\x64', 'latin1'), { mime: 'audio/mpeg', kind: 'audio' }],
    ['a', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomiso2', 'latin1'), { mime: 'video/mp4', kind: 'video' }],
    ['a.png', Buffer.from('%PDF-1.7\n'), { mime: 'application/pdf', kind: 'file' }],
    [
      'a.docx',
      Buffer.from('PK\x03\x04', 'latin1'),
      { mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', kind: 'file' },
    ],
    ['a.png', Buffer.from('PK\x03\x04', 'latin1'), { mime: 'application/zip', kind: 'file' }],
  ])('%s is what it is', async (name, head, facts) => {
    expect(await factsOf(head, name)).toEqual(facts);
  });
});

describe('by its name', () => {
  test.each([
    ['notes.md', 'text/markdown'],
    ['data.csv', 'text/csv'],
    ['code.ts', 'application/octet-stream'],
    ['photo.png', 'application/octet-stream'],
    ['film.mp4', 'application/octet-stream'],
    ['unknown', 'application/octet-stream'],
  ])('%s, of which the content says nothing, is a file', async (name, type) => {
    expect(await factsOf(Buffer.from('some text'), name)).toEqual({ mime: type, kind: 'file' });
  });
});

describe('no picture', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><script>alert(1)</script></svg>';
  test.each([
    ['a.svg', Buffer.from(svg), 'image/svg+xml'],
    ['a.svg', Buffer.from(`<?xml version="1.0"?>${svg}`), 'image/svg+xml'],
    ['a.png', Buffer.from(svg), 'application/octet-stream'],
    ['a.png', Buffer.from(`<?xml version="1.0"?>${svg}`), 'application/xml'],
    ['a.html', Buffer.from('<!doctype html><script>alert(1)</script>'), 'text/html'],
    ['a.png', Buffer.from('<html>'), 'application/octet-stream'],
    ['a.svgz', gzipSync(svg), 'application/gzip'],
    ['a.psd', Buffer.from('8BPS\0\x01', 'latin1'), 'image/vnd.adobe.photoshop'],
  ])('is %s', async (name, head, type) => {
    expect(await factsOf(head, name)).toEqual({ mime: type, kind: 'file' });
  });

  test('is one that says nothing of its size, or that would be too large for a client', async () => {
    const file = { mime: 'image/png', kind: 'file' };
    expect(await factsOf(png(10_000, MOST_PIXELS / 10_000 + 1), 'a.png')).toEqual(file);
    expect(await factsOf(png(0, 10), 'a.png')).toEqual(file);
    expect(await factsOf(jpeg(10, 10).subarray(0, 12), 'a.jpg')).toEqual({ mime: 'image/jpeg', kind: 'file' });
  });
});

test('whatever the content is, it is told soon, and is only shown as what it is', async () => {
  const heads = [
    png(9, 9),
    gif(9, 9),
    jpeg(9, 9, 6),
    wav(9),
    Buffer.from('\0\0\0\x18ftypavif\0\0\0\0', 'latin1'),
    ...[
      'RIFF\x04\0\0\0WEBPVP8X',
      'BM',
      'PK\x03\x04',
      '\x1f\x8b\x08',
      'OggS',
      'fLaC',
      '\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9',
      '\x1a\x45\xdf\xa3',
      'II*\0',
      'ID3',
    ].map((one) => Buffer.from(one, 'latin1')),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...heads),
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(40),
      fc.constantFrom(0, 0xff, null),
      async (head, noise, cut, filler) => {
        const tail = filler === null ? randomBytes(64 * 1024) : Buffer.alloc(64 * 1024, filler);
        const content = Buffer.concat([head.subarray(0, Math.max(2, head.length - cut)), noise, tail]);
        const before = performance.now();
        const facts = await factsOf(content, 'a.bin');
        expect(performance.now() - before).toBeLessThan(2_000);
        if (facts.kind !== 'file') expect(facts.mime.split('/', 1)).toEqual([facts.kind]);
      },
    ),
    { numRuns: 500 },
  );
});
