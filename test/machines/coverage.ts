import {
  createActor,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type EventObject,
  type Snapshot,
} from 'xstate';

/** A transition as `state × event × place among those for the event`. */
function nameOf({ source, eventType, ...transition }: AnyTransitionDefinition): string {
  const siblings = eventType === '' ? source.always : source.transitions.get(eventType as string);
  const index = siblings?.findIndex((other) => other.guard === transition.guard) ?? -1;
  return `${source.id} × ${eventType as string} × ${index}`;
}

/** The names of all transitions of a chart. */
export function transitionsOf(machine: AnyStateMachine): string[] {
  const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
    node,
    ...(Object.values(node.states) as AnyStateNode[]).flatMap(nodesOf),
  ];
  return nodesOf(machine.root)
    .flatMap((node) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])])
    .map(nameOf);
}

const counts = new WeakMap<AnyStateMachine, number>();

function countOf(machine: AnyStateMachine): number {
  const count = counts.get(machine) ?? new Set(transitionsOf(machine)).size;
  counts.set(machine, count);
  return count;
}

/** Adds the transitions that the event takes to `taken`. Only a live actor tells them. */
export function noteTaken(
  taken: Set<string>,
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): void {
  if (taken.size >= countOf(machine)) return;
  const actor = createActor(machine, {
    input: snapshot.context as unknown,
    snapshot: machine.getPersistedSnapshot(snapshot) as Snapshot<unknown>,
    inspect(happened) {
      if (happened.type === '@xstate.microstep') happened._transitions.forEach((one) => taken.add(nameOf(one)));
    },
  });
  actor.subscribe({ error() {} });
  actor.start().send(event);
  actor.stop();
}
