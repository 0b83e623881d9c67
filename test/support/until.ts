/** Take it where nothing calls when it happens: looks again until it does. Never to wait for time. */
import { setImmediate } from 'node:timers/promises';

/** Lets the process go on until `look` finds something true; rejects when it does not within `limitMs`. */
export async function until<T>(look: () => T | Promise<T>, limitMs = 10_000): Promise<NonNullable<T>> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`nothing in ${limitMs} ms: ${look.toString()}`);
    await setImmediate();
  }
}

/** Lets everything run that is ready to run without any further input or passing of time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
