/** What this browser remembers of the page; a browser that remembers nothing is served all the same. */
export const memory = {
  /**
   * @param {string} key
   * @returns {unknown}
   */
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(`roomkeeper.${key}`) ?? 'null');
    } catch {
      return null;
    }
  },
  /**
   * @param {string} key
   * @param {unknown} value
   */
  write(key, value) {
    try {
      localStorage.setItem(`roomkeeper.${key}`, JSON.stringify(value));
    } catch {
      return;
    }
  },
};
