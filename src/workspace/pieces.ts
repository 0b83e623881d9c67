/** An open file piece by piece, with patience for its file system. */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Within } from './patience.ts';

const PIECE_BYTES = 256 * 1024;
const PIECE_MS = 10_000;

/** From its beginning on, to its end or at most so many bytes. */
export async function* piecesOf(
  file: FileHandle,
  { within, root, most }: { within: Within; root: string; most: number },
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < most;) {
    const size = Math.min(PIECE_BYTES, most - at);
    const { buffer, bytesRead } = await within(root, PIECE_MS, () =>
      file.read(Buffer.allocUnsafeSlow(size), 0, size, at),
    );
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The same for the same content. */
export async function printOf(pieces: AsyncIterable<Uint8Array>): Promise<{ bytes: number; print: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, print: hash.digest('hex') };
}

/** The same as long as nobody writes to the file, or puts another one in its place. */
export function sightOf({ ino, mtimeNs }: BigIntStats): string {
  return `written ${ino} ${mtimeNs}`;
}
