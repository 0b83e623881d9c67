/** The delays of a chart in words, for its page. */
import type { AnyStateMachine } from 'xstate';

/** A machine's named delays and how long they are, in words, where it remembers no more than this. */
export function delays(machine: AnyStateMachine, context: unknown = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(machine.implementations.delays as Record<string, Delay>).map(([name, delay]) => {
      const ms = typeof delay === 'number' ? delay : delay({ context });
      // Of what the operator sets, nothing is known here: a length that is reckoned from it is none.
      return [name, ms === undefined || Number.isNaN(ms) ? 'as the operator sets it' : duration(ms)];
    }),
  );
}

type Delay = number | ((moment: { context: unknown }) => number | undefined);

function duration(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}
