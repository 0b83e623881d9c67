/** Take it where something is told to an actor of any kind: inputs, results, and a record as the next process finds it. */
import type { AnyEventObject } from 'xstate';
import type { Input, Result } from '../../src/durable/definition.ts';
import type { Envelope } from '../../src/durable/record.ts';

export function input(event: AnyEventObject, at = 0, id: string | null = null): Input {
  return { kind: 'event', id, at, event };
}

/** What became of an effect: done, or refused by the homeserver. */
export function resultOf(accepted: boolean, code = 'M_FORBIDDEN'): Result {
  return accepted ? { ok: true } : { ok: false, code, detail: 'no' };
}

/** What a process that starts anew finds on disk. */
export function reread<Context>(record: Envelope<Context>): Envelope<Context> {
  return JSON.parse(JSON.stringify(record)) as Envelope<Context>;
}
