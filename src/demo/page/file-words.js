/** What is said of files, and drawn: their kind, name and size. Pure. What others say of them is not believed further than it is shown. */

/** @import { FileKind } from './types.ts' */

/** What a browser can only show; pictures that are drawn by a program (SVG) are none of them. */
const PICTURE = /^image\/(?:png|apng|jpeg|gif|webp|avif|bmp)$/;
const SOUND = /^audio\/[\w.+-]+$/;
const FILM = /^video\/[\w.+-]+$/;

/** How much of a long name is shown, in characters: its beginning, and the end, where the kind of the file stands. */
const BEGINNING = 40;
const END = 16;

/**
 * What a file of this type can be shown as; `file` for what is only saved.
 * @param {string} type
 * @returns {FileKind}
 */
export function kindOf(type) {
  if (PICTURE.test(type)) return 'picture';
  if (SOUND.test(type)) return 'sound';
  return FILM.test(type) ? 'film' : 'file';
}

/**
 * The type without parameters, in small letters.
 * @param {string} written
 */
export const typeOf = (written) => written.replace(/;.*/s, '').trim().toLowerCase();

/**
 * The name in one line, without what would make it look other than it is: controls, and what turns the direction.
 * @param {string} name
 */
export const plainName = (name) =>
  name
    .toWellFormed()
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim() || 'file';

/**
 * The name, cut in the middle where it is long.
 * @param {string} name
 */
export function shortName(name) {
  const characters = Array.from(plainName(name));
  if (characters.length <= BEGINNING + END + 1) return characters.join('');
  return `${characters.slice(0, BEGINNING).join('')}…${characters.slice(-END).join('')}`;
}

const UNITS = ['KB', 'MB', 'GB'];

/**
 * As the bot says it: in steps of 1000, below ten of them with tenths.
 * @param {number} bytes
 */
export function sized(bytes) {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let count = bytes;
  let unit = '';
  for (unit of UNITS) {
    count /= 1000;
    if (count < 999.5) break;
  }
  return `${count < 9.95 ? Math.round(count * 10) / 10 : Math.round(count)} ${unit}`;
}

/**
 * What stands beside a name: drawn, 16 by 16.
 * @type {Record<FileKind, string>}
 */
export const SIGNS = {
  picture: 'M2.5 3h11v10h-11ZM3 11.5l3.2-3.4 2.3 2.2 1.7-1.6 2.8 2.8M10.4 6v.1',
  sound:
    'M6 12.2V3.6l6.5-1.2v8.4M6 12.2a1.8 1.8 0 1 1-3.6 0 1.8 1.8 0 0 1 3.6 0ZM12.5 10.8a1.8 1.8 0 1 1-3.6 0 1.8 1.8 0 0 1 3.6 0Z',
  film: 'M2 3.5h12v9H2ZM6.6 6v4l3.4-2Z',
  file: 'M4 1.8h5l3 3v9.4H4ZM9 1.8v3h3',
};
