/** One transition of a chart without an actor: what it wants done is collected, nothing is done (docs/adr/0004). */
import {
  createActor,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate';

/** An action as data. */
export interface Action {
  type: string;
  params: unknown;
}

type Scope = Parameters<AnyStateMachine['transition']>[2];

const scopes = new WeakMap<AnyStateMachine, { scope: AnyActorScope; collected: Action[] }>();

/** XState's `transition(machine, snapshot, event)` without building an actor for every call. Throws what the chart throws. */
export function decide(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
): [AnyMachineSnapshot, Action[]] {
  let inert = scopes.get(machine);
  if (inert === undefined) {
    inert = inertScope(machine);
    scopes.set(machine, inert);
  }
  inert.collected.length = 0;
  const next = machine.transition(snapshot, event, inert.scope as Scope) as AnyMachineSnapshot;
  if (next.status === 'error') throw next.error;
  return [next, inert.collected.slice()];
}

function inertScope(machine: AnyStateMachine) {
  const collected: Action[] = [];
  const self = createActor(machine, { input: {} });
  const scope = {
    self,
    defer: () => {},
    id: '',
    logger: () => {},
    sessionId: '',
    stopChild: () => {},
    system: self.system,
    emit: () => {},
    actionExecutor: (action: Action) => collected.push(action),
  } as unknown as AnyActorScope;
  return { scope, collected };
}
