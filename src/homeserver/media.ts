/** The files that people have uploaded: on disk, in a folder that goes with the homeserver. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { notFound, tooLarge } from './errors.ts';
import { randomLetters } from './ids.ts';

export interface MediaFile {
  contentType: string;
  name: string | null;
  bytes: number;
}

/** The largest file that is taken where nobody says otherwise, in bytes: pictures and films of a telephone. */
export const MAX_UPLOAD = 100 * 1024 * 1024;
/** How much is kept of all files, in bytes; then the oldest go. */
const MAX_KEPT = 2 * 1024 * 1024 * 1024;

export interface MediaBounds {
  maxUpload?: number | undefined;
  maxKept?: number | undefined;
}

export class Media {
  readonly maxUpload: number;
  readonly #serverName: string;
  readonly #maxKept: number;
  readonly #files = new Map<string, MediaFile>();
  #folder: Promise<string> | null = null;

  constructor(serverName: string, { maxUpload = MAX_UPLOAD, maxKept = MAX_KEPT }: MediaBounds) {
    this.#serverName = serverName;
    this.maxUpload = maxUpload;
    this.#maxKept = maxKept;
  }

  /** The new file's mxc: address. Throws M_TOO_LARGE, or whatever breaks `content` off; nothing of it stays then. */
  async add(content: AsyncIterable<Uint8Array>, about: Omit<MediaFile, 'bytes'>): Promise<string> {
    const id = randomLetters(24);
    const place = await this.#placeOf(id);
    let bytes = 0;
    const most = this.maxUpload;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of content) {
        bytes += chunk.length;
        if (bytes > most) throw tooLarge();
        yield chunk;
      }
    }
    try {
      await pipeline(counted(), createWriteStream(place, { flags: 'wx' }));
    } catch (error) {
      await rm(place, { force: true });
      throw error;
    }
    this.#files.set(id, { ...about, bytes });
    await this.#forgetTheOldest(id);
    return `mxc://${this.#serverName}/${id}`;
  }

  /** Throws M_NOT_FOUND. Whoever reads `content` gets all of it, also when the file goes meanwhile. */
  async open(id: string): Promise<MediaFile & { content: Readable }> {
    const file = this.#files.get(id);
    if (!file) throw notFound(`Media ${id} is not there`);
    const handle = await open(await this.#placeOf(id));
    return { ...file, content: handle.createReadStream() };
  }

  async close(): Promise<void> {
    if (this.#folder !== null) await rm(await this.#folder, { recursive: true, force: true });
  }

  async #placeOf(id: string): Promise<string> {
    this.#folder ??= mkdtemp(path.join(tmpdir(), 'roomkeeper-media-'));
    return path.join(await this.#folder, id);
  }

  async #forgetTheOldest(newest: string): Promise<void> {
    let kept = [...this.#files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [id, { bytes }] of this.#files) {
      if (kept <= this.#maxKept || id === newest) return;
      kept -= bytes;
      this.#files.delete(id);
      await rm(await this.#placeOf(id), { force: true });
    }
  }
}
