/** What the rooms' machines do, for somebody who looks on: which states are active, and the last transitions. */
import type { RoomId } from '../../machines/model.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import type { Observe } from '../actors/supervisor.ts';
import type { Envelope } from '../actors/record.ts';
import type { Input } from '../actors/step.ts';
import { describeMachine, type ChartNode } from '../diagrams/walk.ts';

/** One commit of a room. */
interface MachineChange {
  /** When it was seen, ms since 1970. */
  at: number;
  /** What came, by name. */
  events: string[];
  /** What is to be done, by name. */
  effects: string[];
  /** Ids of the states that are active afterwards, outer before inner. */
  active: string[];
  tags: string[];
}

interface MachineView {
  active: string[];
  tags: string[];
  /** Oldest first. */
  changes: MachineChange[];
}

export interface MachineWatch {
  /** The room's machine, as its picture needs it. */
  chart: ChartNode;
  /** To be called at every commit. */
  observe: Observe;
  /** The room as it is now; nothing is active in a room that was never seen. */
  view(room: string): MachineView;
  /** Hears every change of the room until the returned function is called. */
  follow(room: string, listener: (change: MachineChange) => void): () => void;
}

const KEPT = 20;

export function watchMachines(now: () => number = Date.now): MachineWatch {
  const chart = describeMachine(roomMachine);
  const kept = new Map<string, MachineChange[]>();
  const listeners = new Map<string, Set<(change: MachineChange) => void>>();

  function add(room: RoomId, change: MachineChange): void {
    kept.set(room, [...(kept.get(room) ?? []), change].slice(-KEPT));
    for (const listener of listeners.get(room) ?? []) listener(change);
  }

  return {
    chart,
    observe(room, { before, record, inputs, effects }) {
      const states = activeStates(chart, record.value);
      if (isBookkeeping(inputs) && effects.length === 0 && sameValue(before, record)) return;
      add(room, {
        at: now(),
        events: namesOf(inputs, before),
        effects: effects.map(({ type }) => type),
        active: states.map(({ id }) => id),
        tags: [...new Set(states.flatMap(({ tags }) => tags))],
      });
    },
    view(room) {
      const changes = kept.get(room) ?? [];
      const { active, tags } = changes.at(-1) ?? { active: [], tags: [] };
      return { active, tags, changes };
    },
    follow(room, listener) {
      const all = listeners.get(room) ?? new Set();
      listeners.set(room, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(room);
      };
    },
  };
}

/** The states that a state value names, the root left out. */
function activeStates(node: ChartNode, value: unknown): ChartNode[] {
  const inner: Record<string, unknown> =
    typeof value === 'string' ? { [value]: {} } : typeof value === 'object' && value !== null ? { ...value } : {};
  return node.children
    .filter(({ key }) => key in inner)
    .flatMap((child) => [child, ...activeStates(child, inner[child.key])]);
}

/** Only acknowledgements: they are no events of the chart unless they change something. */
function isBookkeeping(inputs: readonly Input[]): boolean {
  return inputs.every(({ kind }) => kind === 'settled' || kind === 'partly settled');
}

function sameValue(before: Envelope, record: Envelope): boolean {
  return JSON.stringify(before.value) === JSON.stringify(record.value);
}

/** Each name once, and parts of an answer only where nothing else came. */
function namesOf(inputs: readonly Input[], before: Envelope): string[] {
  const telling = inputs.filter(({ kind }) => kind !== 'partly settled');
  return [...new Set((telling.length > 0 ? telling : inputs).map((input) => nameOf(input, before)))];
}

function nameOf(input: Input, before: Envelope): string {
  switch (input.kind) {
    case 'event':
      return input.event.type;
    case 'timer':
      return `after ${/^xstate\.after\.([^.]+)/.exec(input.timer.event)?.[1] ?? 'a while'}`;
    case 'settled': {
      const effect = before.outbox.find(({ id }) => id === input.effect)?.type ?? 'effect';
      return `${effect}: ${input.accepted ? 'done' : 'refused'}`;
    }
    case 'partly settled':
      return 'part of the answer: done';
  }
}
