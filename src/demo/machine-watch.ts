/** What the rooms' machines do, for somebody who looks on: which states are active, and the last transitions. */
import type { RoomContext } from '../../machines/room.model.ts';
import type { RoomId } from '../../machines/ids.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import type { Change } from '../durable/durable.ts';
import type { Envelope } from '../durable/record.ts';
import type { Input } from '../durable/definition.ts';
import { describeMachine, type ChartNode } from '../diagrams/walk.ts';
import type { ChatFacts, MachineChange, MachineView, WaitingFile } from './wire.ts';

export interface MachineWatch {
  /** The room's machine, as its picture needs it. */
  chart: ChartNode;
  /** To be called at every commit. */
  observe: (room: RoomId, change: Change) => void;
  /** The room as it is now; nothing is active in a room that was never seen. */
  view(room: string): MachineView;
  /** Hears every change of the room until the returned function is called. */
  follow(room: string, listener: (change: MachineChange) => void): () => void;
  /** The chats of a person, in the order in which they were first seen. */
  chatsOf(person: string): ChatFacts[];
  /** Hears of every change of a person's chats until the returned function is called. */
  followChats(person: string, listener: () => void): () => void;
  /** The files that wait in a room, in the order of their numbers; none for anybody but its person. */
  trayOf(room: string, person: string): WaitingFile[];
  /** Hears of every change of them until the returned function is called. */
  followTray(room: string, listener: () => void): () => void;
}

const KEPT = 20;

export function watchMachines(now: () => number = Date.now): MachineWatch {
  const chart = describeMachine(roomMachine);
  const kept = new Map<string, MachineChange[]>();
  const chats = new Map<string, Map<RoomId, ChatFacts>>();
  const changes = createListeners<MachineChange>();
  const chatChanges = createListeners<void>();
  const trays = new Map<string, { person: string | null; files: WaitingFile[] }>();
  const trayChanges = createListeners<void>();

  function add(room: RoomId, change: MachineChange): void {
    kept.set(room, [...(kept.get(room) ?? []), change].slice(-KEPT));
    changes.tell(room, change);
  }

  function noteChat(room: RoomId, { person, number, archived }: RoomContext): void {
    if (person === null || number === null) return;
    const theirs = chats.get(person) ?? new Map<RoomId, ChatFacts>();
    const known = theirs.get(room);
    if (known?.number === number && known.archived === archived) return;
    chats.set(person, theirs.set(room, { room, number, archived }));
    chatChanges.tell(person);
  }

  function noteTray(room: RoomId, context: RoomContext): void {
    const known = trays.get(room);
    const now = { person: context.person, files: waitingFiles(context) };
    if (JSON.stringify(known) === JSON.stringify(now)) return;
    trays.set(room, now);
    trayChanges.tell(room);
  }

  return {
    chart,
    observe(room, { before, record, inputs, effects }) {
      noteChat(room, record.context as RoomContext);
      noteTray(room, record.context as RoomContext);
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
      const last = kept.get(room) ?? [];
      const { active, tags } = last.at(-1) ?? { active: [], tags: [] };
      return { active, tags, changes: last };
    },
    follow: changes.follow,
    chatsOf: (person) => [...(chats.get(person)?.values() ?? [])],
    followChats: chatChanges.follow,
    trayOf(room, person) {
      const tray = trays.get(room);
      return tray?.person === person ? tray.files : [];
    },
    followTray: trayChanges.follow,
  };
}

/** The record bounds how many there are. */
function waitingFiles({ tray }: RoomContext): WaitingFile[] {
  return tray.map(({ event, name, type, there }, index) => ({
    ...{ event, number: index + 1, name, kind: type },
    bytes: there?.bytes ?? null,
  }));
}

/** Those who listen to something that has a name. */
function createListeners<T>() {
  const listeners = new Map<string, Set<(news: T) => void>>();
  return {
    tell(name: string, news: T): void {
      for (const listener of listeners.get(name) ?? []) listener(news);
    },
    follow(name: string, listener: (news: T) => void): () => void {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(name);
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
    case 'parked':
      return `${input.then} of a parked event`;
    case 'timer':
      return `after ${/^xstate\.after\.([^.]+)/.exec(input.timer.event)?.[1] ?? 'a while'}`;
    case 'settled': {
      const effect = before.outbox.find(({ id }) => id === input.effect)?.type ?? 'effect';
      return `${effect}: ${input.result.ok ? 'done' : 'refused'}`;
    }
    case 'partly settled':
      return 'part of the answer: done';
  }
}
