import type { After } from '../basics/after.ts';

/** Timers by name: setting one again replaces it. */
export interface Timers<Name extends string> {
  set(name: Name, ms: number, act: () => void): void;
  clear(name: Name): void;
  clearAll(): void;
}

export function createTimers<Name extends string>(later: After): Timers<Name> {
  const running = new Map<Name, () => void>();
  const clear = (name: Name) => {
    running.get(name)?.();
    running.delete(name);
  };
  return {
    set(name, ms, act) {
      clear(name);
      running.set(name, later(ms, act));
    },
    clear,
    clearAll() {
      for (const name of running.keys()) clear(name);
    },
  };
}
