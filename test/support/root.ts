/** Take it for children without an app: a running root actor, which spawns, restarts and parks them as in service. */
import { createActor, type InspectionEvent } from 'xstate';
import { restartPolicy, type RestartPolicy } from '../../machines/restart-policy.ts';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import { endedIn } from '../../machines/supervisor-vocabulary.ts';
import { as } from '../../machines/vocabulary.ts';
import { standingOf } from '../../machines/supervisor-words.ts';
import type { Orders } from '../../src/durable/children.ts';
import type { Supervision } from '../../src/durable/supervision.ts';

export interface Root extends Supervision {
  counts(): { live: number; backingOff: number; parked: number };
  status(): string;
}

/** `of`: who carries out what the root says of this actor. */
export function startRoot(
  of: (key: string) => Orders,
  options: { policy?: RestartPolicy; inspect?: (event: InspectionEvent) => void } = {},
): Root {
  const { policy = restartPolicy, inspect } = options;
  const root = createActor(
    supervisorMachine.provide({
      actions: {
        'spawn the actor': ({ event }) => as(event, 'actor.wanted').keys.forEach((key) => of(key).spawn(key)),
        'let go of the actor': ({ event }) => of(endedIn(event)).release(endedIn(event)),
        restart: (_, { key, afterMs }) => of(key).restartAfter(key, afterMs),
        park: (_, { key, afterMs }) => of(key).park(key, afterMs),
      },
    }),
    {
      ...{ id: 'supervisor', systemId: 'supervisor', input: { policy } },
      ...(inspect === undefined ? {} : { inspect }),
    },
  );
  root.subscribe({ error: () => undefined });
  root.start();
  return {
    root,
    tell: (event) => root.send(event),
    standingOf: (key) => standingOf(root.getSnapshot().context, key),
    status: () => root.getSnapshot().status,
    counts() {
      const { live, backingOff, parked } = root.getSnapshot().context;
      return { live, backingOff, parked };
    },
  };
}
