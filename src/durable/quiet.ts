/** Waiting for the moment at which nothing is under way: the condition is looked at only while somebody waits. */

export interface Quiet {
  /** Something changed. */
  look(): void;
  /** Resolves when it holds. */
  reached(): Promise<void>;
}

export function createQuiet(isQuiet: () => boolean): Quiet {
  let waits: (() => void)[] = [];

  function look(): void {
    if (waits.length === 0 || !isQuiet()) return;
    const told = waits;
    waits = [];
    for (const tell of told) tell();
  }

  return {
    look,
    reached: () =>
      new Promise((resolve) => {
        waits.push(resolve);
        look();
      }),
  };
}
