/** What a message says of its file. Pure. */
import { kindOf, typeOf } from './file-words.js';

/** @import { FileKind, SharedFile } from './types.ts' */

/**
 * Without a MIME type the message is believed.
 * @type {Record<string, FileKind>}
 */
const KINDS = { 'm.image': 'picture', 'm.audio': 'sound', 'm.video': 'film', 'm.file': 'file' };

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/** @param {unknown} value */
const size = (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null);

/**
 * The file of a message; null where it brings none.
 * @param {Record<string, unknown>} content
 * @returns {SharedFile | null}
 */
export function fileOf(content) {
  const type = text(content['msgtype']);
  const said = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (said === undefined) return null;
  const { mimetype, size: bytes, w, h } = objectOf(content['info']);
  const [body, filename] = [text(content['body']), text(content['filename'])];
  const [width, height] = [size(w) ?? 0, size(h) ?? 0];
  // Of another type than the message says: it is saved, not shown.
  const kind = typeof mimetype !== 'string' || kindOf(typeOf(mimetype)) === said ? said : 'file';
  return {
    name: filename || body || 'file',
    url: text(content['url']),
    kind,
    bytes: size(bytes),
    shape: width > 0 && height > 0 ? { width, height } : null,
    hasCaption: filename !== '' && body !== '' && body !== filename,
  };
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
const objectOf = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
