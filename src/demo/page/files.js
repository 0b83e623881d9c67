/** The files of messages, each fetched once. */
import { h } from './dom.js';
import { kindOf, plainName } from './file-words.js';

/** @import { Actions, LoadedFile, Matrix } from './types.ts' */

/**
 * `failed()` is called when a file that is to be saved could not be loaded.
 * @param {Matrix} matrix
 * @param {() => void} failed
 * @returns {Pick<Actions, 'load' | 'save'>}
 */
export function createFiles(matrix, failed) {
  /** @type {Map<string, Promise<LoadedFile | null>>} */
  const loaded = new Map();

  /**
   * @param {string} mxc
   * @returns {Promise<LoadedFile | null>}
   */
  async function fetched(mxc) {
    const blob = await matrix.download(mxc).catch(() => null);
    // What cannot be had now may be had later.
    if (blob === null) loaded.delete(mxc);
    return blob && { href: URL.createObjectURL(blob), kind: kindOf(blob.type) };
  }

  /** @param {string} mxc */
  function load(mxc) {
    const file = loaded.get(mxc) ?? fetched(mxc);
    loaded.set(mxc, file);
    return file;
  }

  return {
    load,
    async save({ name, url }) {
      const file = await load(url);
      if (file === null) failed();
      else h('a', { href: file.href, download: plainName(name) }).click();
    },
  };
}
