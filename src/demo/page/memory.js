/** What this browser remembers of the page; a browser that remembers nothing is served all the same. */
export const memory = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(`roomkeeper.${key}`));
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(`roomkeeper.${key}`, JSON.stringify(value));
    } catch {
      return;
    }
  },
};
