/** A machine as plain JSON: what its chart says, by name. Feeds the diagrams, the checks of the charts and a drawing in a browser. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

export interface ChartTransition {
  /** The event's type; empty for a transition that is taken at once (`always`). */
  event: string;
  /** The event in words: itself, `after <delay>`, or `at once`. */
  label: string;
  /** The named delay of an `after`, else null. */
  delay: string | null;
  guard: string | null;
  /** Ids of states; empty for a transition that only acts. */
  targets: string[];
  actions: string[];
  reenter: boolean;
}

export interface ChartNode {
  /** The machine's id and the keys down to this state, joined by dots. */
  id: string;
  key: string;
  type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** One sentence for the person who looks at it. */
  description: string | null;
  /** Id of the child that is entered first; null where there is no choice. */
  initial: string | null;
  tags: string[];
  entry: string[];
  exit: string[];
  transitions: ChartTransition[];
  children: ChartNode[];
}

/** The name given to what stands in the chart as a function: it has no name to show. */
export const UNNAMED = '(a function)';

/** Describes a machine. Throws what XState throws for a chart whose targets or initial states do not exist. */
export function describeMachine(machine: AnyStateMachine): ChartNode {
  return describeNode(machine.root);
}

/** The node itself and everything inside it, outer before inner, in the order of the chart. */
export function allNodes(node: ChartNode): ChartNode[] {
  return [node, ...node.children.flatMap(allNodes)];
}

/** The nodes from the outermost down to `id`, both included. Throws when there is none. */
export function pathTo(root: ChartNode, id: string): ChartNode[] {
  if (root.id === id) return [root];
  const next = root.children.find((child) => allNodes(child).some((inner) => inner.id === id));
  if (next === undefined) throw new Error(`the chart has no state '${id}'`);
  return [root, ...pathTo(next, id)];
}

/** Passed through at once, so that nobody ever finds the machine in it. */
export function isPassing(node: ChartNode): boolean {
  return node.transitions.some(({ event, guard }) => event === '' && guard === null);
}

/** When a state takes this one of its transitions: its guard, or `otherwise` after guarded ones for the same event. */
export function conditionOf(source: ChartNode, transition: ChartTransition): string | null {
  if (transition.guard !== null) return transition.guard;
  return source.transitions.some(({ event, guard }) => event === transition.event && guard !== null)
    ? 'otherwise'
    : null;
}

function describeNode(node: AnyStateNode): ChartNode {
  const children = Object.values(node.states) as AnyStateNode[];
  const config = node.config as { entry?: unknown; exit?: unknown };
  const first: readonly AnyStateNode[] = node.type === 'compound' ? node.initial.target : [];
  return {
    id: idOf(node),
    key: node.key,
    type: node.type,
    description: node.description ?? null,
    initial: first[0] === undefined ? null : idOf(first[0]),
    tags: [...node.tags],
    // Not node.entry: there XState adds the raising and cancelling of its timers.
    entry: listOf(config.entry).map(nameOf),
    exit: listOf(config.exit).map(nameOf),
    transitions: [...[...node.transitions.values()].flat(), ...(node.always ?? [])].map(describeTransition),
    children: children.map(describeNode),
  };
}

/** Where a state stands, also for one that the chart gave an `id` of its own. */
function idOf({ machine, path }: AnyStateNode): string {
  return [machine.id, ...path].join('.');
}

function describeTransition(transition: AnyTransitionDefinition): ChartTransition {
  const { guard, target, actions, reenter } = transition;
  const event = String(transition.eventType);
  const delay = 'delay' in transition ? String(transition.delay) : null;
  return {
    event,
    label: delay !== null ? `after ${delay}` : event === '' ? 'at once' : event,
    delay,
    guard: guard === undefined ? null : nameOf(guard),
    targets: (target ?? []).map(idOf),
    actions: actions.map(nameOf),
    reenter,
  };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function nameOf(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'object' && part !== null && 'type' in part && typeof part.type === 'string') return part.type;
  return UNNAMED;
}
