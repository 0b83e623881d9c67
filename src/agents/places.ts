/** The places of agents: how many turns each takes at once, and who is next. */
import type { AgentId } from '../../machines/ids.ts';
import type { Places } from '../ports.ts';

interface ChangingPlaces extends Places {
  /** Agents may take more at once by now: who waits for that is let in. Where they take fewer, nobody is turned out. */
  reconsider(): void;
}

interface Line {
  taken: number;
  /** In the order of coming; a Set, so that leaving from the middle costs nothing. */
  waiting: Set<() => void>;
}

/**
 * Hands out each agent's places first come, first served. `concurrencyOf` gives the number of turns an agent takes at
 * once. The hooks are called after `take` has returned, and never after the place was given back.
 */
export function createPlaces(concurrencyOf: (agent: AgentId) => number): ChangingPlaces {
  const lines = new Map<AgentId, Line>();

  const giveOn = (agent: AgentId, line: Line) => {
    for (const enter of line.waiting) {
      if (line.taken >= concurrencyOf(agent)) return;
      line.waiting.delete(enter);
      enter();
    }
    if (line.taken === 0) lines.delete(agent);
  };

  return {
    reconsider() {
      for (const [agent, line] of [...lines]) giveOn(agent, line);
    },
    take(agent, { granted, awaited }) {
      const line = lines.get(agent) ?? { taken: 0, waiting: new Set() };
      lines.set(agent, line);
      let state: 'waiting' | 'inside' | 'gone' = 'waiting';

      const enter = () => {
        line.taken += 1;
        state = 'inside';
        queueMicrotask(() => {
          if (state === 'inside') granted();
        });
      };

      if (line.waiting.size === 0 && line.taken < concurrencyOf(agent)) {
        enter();
      } else {
        line.waiting.add(enter);
        const position = line.waiting.size;
        queueMicrotask(() => {
          if (state === 'waiting') awaited(position);
        });
      }

      return () => {
        if (state === 'gone') return;
        if (state === 'inside') line.taken -= 1;
        line.waiting.delete(enter);
        state = 'gone';
        giveOn(agent, line);
      };
    },
  };
}
