/** Take it where nothing calls when it happens: looks again until it does. Never to wait for time. */
import { setImmediate, setTimeout } from 'node:timers/promises';

/** So often it looks again at once; after that it leaves the processor to whoever it waits for. */
const AT_ONCE = 50;
const PAUSE_MS = 2;

/** Lets the process go on until `look` finds something true; rejects when it does not within `limitMs`. */
export async function until<T>(look: () => T | Promise<T>, limitMs = 10_000): Promise<NonNullable<T>> {
  const end = Date.now() + limitMs;
  for (let looks = 1; ; looks++) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`nothing in ${limitMs} ms: ${look.toString()}`);
    await (looks < AT_ONCE ? setImmediate() : setTimeout(PAUSE_MS));
  }
}

/** Lets everything run that is ready to run without any further input or passing of time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
