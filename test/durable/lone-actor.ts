/** Take it for one durable actor without children or supervision: what becomes of it is noted in order. */
import { createActor, setup, type AnyEventObject } from 'xstate';
import { durable, type DurableWorld } from '../../src/durable/durable.ts';
import type { Definition, Input } from '../../src/durable/definition.ts';
import type { Envelope } from '../../src/durable/record.ts';
import type { Records } from '../../src/durable/world.ts';

/** The actor under a parent that notes what becomes of it, on the given records. */
export function startAlone<Context, Event extends AnyEventObject, Facts>(
  records: Records,
  record: Envelope<Context>,
  use: Definition<Context, Event, Facts>,
  key = 'toy',
) {
  const happened: string[] = [];
  const world: DurableWorld<string, Context> = {
    write: (name, next) => (next.done ? records.remove(name) : records.write(name, next)),
    perform: (_, effect) => happened.push(`perform ${effect.type} ${effect.id}`),
    committed: (_, { record: next }) => happened.push(`committed ${next.sequence}`),
    reach: (boundary) => happened.push(boundary),
  };
  const parent = createActor(parentMachine(happened)).start();
  const actor = createActor(durable(use, world), { id: key, parent, input: { key, record } });
  actor.subscribe({ error: () => undefined });
  actor.start();
  const admit = (...inputs: Input[]) =>
    actor.send({ type: 'admit', inputs, onDisk: () => happened.push(`settled ${inputs.length}`) });
  return { actor, admit, happened, record: () => actor.getSnapshot().record };
}

function parentMachine(happened: string[]) {
  return setup({
    types: {} as { events: AnyEventObject },
    actions: { note: (_, params: { what: string }) => void happened.push(params.what) },
  }).createMachine({
    on: {
      'xstate.error.actor.*': {
        actions: {
          type: 'note',
          params: ({ event }) => ({ what: `${String(event['actorId'])} failed: ${String(event['error'])}` }),
        },
      },
      'xstate.done.actor.*': {
        actions: { type: 'note', params: ({ event }) => ({ what: `${String(event['actorId'])} is done` }) },
      },
    },
  });
}
