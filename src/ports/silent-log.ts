import type { Log } from '../durable/world.ts';

const nothing = () => undefined;

/** For what runs where nobody reads a log. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
