/** The files of messages, each fetched once. */
import { h } from './dom.js';

/** @import { Actions, Matrix } from './types.ts' */

/**
 * `failed()` is called when a file that is to be saved could not be loaded.
 * @param {Matrix} matrix
 * @param {() => void} failed
 * @returns {Pick<Actions, 'load' | 'save'>}
 */
export function createFiles(matrix, failed) {
  /** @type {Map<string, Promise<string | null>>} */
  const loaded = new Map();

  /** @param {string} mxc */
  function load(mxc) {
    const address = loaded.get(mxc) ?? matrix.download(mxc).catch(() => null);
    loaded.set(mxc, address);
    return address;
  }

  return {
    load,
    async save({ name, url }) {
      const href = await load(url);
      if (href === null) failed();
      else h('a', { href, download: name }).click();
    },
  };
}
