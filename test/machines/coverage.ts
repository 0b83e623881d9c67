import {
  createActor,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
} from 'xstate';

const names = new WeakMap<AnyTransitionDefinition, string>();

/** A transition as `state × event × place among those for the event`. */
export function nameOf(transition: AnyTransitionDefinition): string {
  const known = names.get(transition);
  if (known !== undefined) return known;
  const source = transition.source as AnyStateNode;
  const event = String(transition.eventType);
  const siblings = event === '' ? source.always : source.transitions.get(event);
  const index = siblings?.findIndex((other) => other.guard === transition.guard) ?? -1;
  const name = `${source.id} × ${event} × ${index}`;
  names.set(transition, name);
  return name;
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

/** What wants to be done, as data. */
interface Action {
  type: string;
  params: unknown;
}

interface Watched {
  scope: AnyActorScope;
  actions: Action[];
  transitions: AnyTransitionDefinition[];
}

const watched = new WeakMap<AnyStateMachine, Watched>();

/** XState's `transition(machine, snapshot, event)`, which tells the transitions of the chart that were taken as well. */
export function observed(machine: AnyStateMachine, snapshot: AnyMachineSnapshot, event: AnyEventObject) {
  const { scope, actions, transitions } = watched.get(machine) ?? watch(machine);
  actions.length = transitions.length = 0;
  const next = machine.transition(snapshot, event, scope as never) as AnyMachineSnapshot;
  if (next.status === 'error') throw next.error;
  return { next, actions: [...actions], transitions: [...transitions] };
}

/** One actor that is never started, whose system is watched: to build one for each event takes longer than the event. */
function watch(machine: AnyStateMachine): Watched {
  const actions: Action[] = [];
  const transitions: AnyTransitionDefinition[] = [];
  const self = createActor(machine, {
    input: {},
    inspect(happened) {
      if (happened.type === '@xstate.microstep') transitions.push(...happened._transitions);
    },
  });
  const scope = {
    ...{ self, system: self.system, id: '', sessionId: '' },
    ...{ defer() {}, logger() {}, stopChild() {}, emit() {} },
    actionExecutor: (action: Action) => actions.push(action),
  } as unknown as AnyActorScope;
  const made = { scope, actions, transitions };
  watched.set(machine, made);
  return made;
}
