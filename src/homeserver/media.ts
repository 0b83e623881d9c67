/** The files that people have uploaded, in memory. */
import { randomLetters } from './ids.ts';

export interface MediaFile {
  bytes: Buffer;
  contentType: string;
  name: string | null;
}

/** Bytes; Synapse's default. */
export const MAX_UPLOAD = 50 * 1024 * 1024;

/** Uploaded files, in memory. */
export class Media {
  readonly #serverName: string;
  readonly #files = new Map<string, MediaFile>();

  constructor(serverName: string) {
    this.#serverName = serverName;
  }

  /** The new file's mxc: address. */
  add(file: MediaFile): string {
    const id = randomLetters(24);
    this.#files.set(id, file);
    return `mxc://${this.#serverName}/${id}`;
  }

  get(id: string): MediaFile | undefined {
    return this.#files.get(id);
  }
}
