/** Files in and out, for one session. */
import type { MediaSink, MediaSource } from '../ports.ts';
import { createDownloads } from './downloads.ts';
import { createUploads, type UploadOptions } from './uploads.ts';

export function createMedia(options: UploadOptions): MediaSource & MediaSink {
  return { ...createDownloads(options), ...createUploads(options) };
}
