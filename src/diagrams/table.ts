/** What a room does with each message of a person in each state, found by running the chart, not by reading it. */
import { transition, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import { notices, type Notice } from '../../machines/notices.ts';
import { pending } from '../../machines/room-again.ts';
import type { RoomInTheHouse } from '../../machines/room-limits.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import { messages, type Message } from './happenings.ts';
import { goesOnBeside, hearsMessages, placesOf } from './places.ts';
import { allNodes, describeMachine, isPassing, pathTo, type ChartNode } from './walk.ts';

/**
 * `taken`: something happens that the message asks for; `held`: it waits its turn; `refused`: the person is told why
 * not; `ignored`: the chart names the message here and does nothing; `dropped`: the chart forgot it.
 */
export type Treatment = 'taken' | 'held' | 'refused' | 'ignored' | 'dropped';

/** What may be the case besides the state; names as they stand in the cells. */
type Circumstance = string;

export interface Cell {
  /** What happens where none of the circumstances is the case. */
  usual: Treatment;
  /** Where it differs, and with which circumstances: the fewest that make the difference. */
  unless: { when: Circumstance[]; then: Treatment }[];
}

export interface Row {
  /** The state as a path within the conversation (`asking / working / streaming`) or beside it (`pointing`). */
  state: string;
  /** By message, in the order of `messages`. */
  cells: Cell[];
}

/** Whether it is so for whoever sends the message. */
type Holds = (context: RoomInTheHouse, message: Message) => boolean;

const circumstances = [
  { name: 'queue full', holds: ({ waiting, limits }) => waiting.length >= limits.queue },
  { name: 'something unanswered', holds: (context) => pending(context) !== undefined },
  { name: 'something answered', holds: ({ last }) => last.length > 0 },
  { name: 'question open', holds: ({ question }) => question !== null },
  { name: 'agent takes confirmations', holds: ({ turn }) => turn?.confirmations === true },
  { name: 'chat of a Space', holds: ({ number }) => number !== null },
  {
    name: 'told before',
    holds: ({ told, noticed }, message) =>
      message.type === 'bystander.spoke' ? told.includes(message.sender) : noticed,
  },
] as const satisfies readonly { name: string; holds: Holds }[];

/** The states of the regions beside the conversation in which something goes on: `dialog open`; not where a region hears no message. */
function goingOn({ _nodes }: AnyMachineSnapshot): Circumstance[] {
  const begun = _nodes
    .filter(({ parent }) => parent !== undefined && hearsMessages(parent))
    .filter((node) => goesOnBeside(node));
  return begun.map(({ key, parent }) => `${parent?.key} ${key}`);
}

/** Runs every message in every place in which a room can be found. */
export function treatments(machine: AnyStateMachine = roomMachine): Row[] {
  const places = placesOf(machine);
  return rowsOf(describeMachine(machine)).flatMap(({ id, state }) => {
    const here = places.filter(({ _nodes }) =>
      _nodes.some(({ machine: { id: root }, path }) => [root, ...path].join('.') === id),
    );
    if (here.length === 0) return [];
    return [{ state, cells: messages.map((message) => cell(machine, state, here, message)) }];
  });
}

/** The states that a room rests in when its person writes: those of the conversation, and those beside it. */
function rowsOf(root: ChartNode): { id: string; state: string }[] {
  const conversation = allNodes(root).find(({ key }) => key === 'conversation');
  if (conversation === undefined) throw new Error('the room has no conversation');
  const leaves = allNodes(conversation).filter((node) => node.children.length === 0 && !isPassing(node));
  const beside = root.children.filter(({ type, tags }) => type === 'atomic' && !tags.includes('unheard'));
  const within = (top: ChartNode, { id }: ChartNode) => ({
    id,
    state: pathTo(top, id)
      .slice(1)
      .map(({ key }) => key)
      .join(' / '),
  });
  return [...leaves.map((node) => within(conversation, node)), ...beside.map((node) => within(root, node))];
}

/** The cell as it stands in the table. */
export function cellText({ usual, unless }: Cell): string {
  const exceptions = unless.map(({ when, then }) => `${when.join(' and ')}: ${then}`);
  return exceptions.length === 0 ? usual : `${usual} (${exceptions.join('; ')})`;
}

interface Case {
  when: Circumstance[];
  then: Treatment;
}

function cell(machine: AnyStateMachine, state: string, places: readonly AnyMachineSnapshot[], message: Message): Cell {
  const cases = places.map((place): Case => {
    const context = place.context as RoomInTheHouse;
    const named = circumstances.filter(({ holds }: { holds: Holds }) => holds(context, message));
    const when = [...named.map(({ name }) => name), ...goingOn(place)];
    return { when, then: treat(machine, place, message) };
  });
  const always = (cases[0]?.when ?? []).filter((name) => cases.every(({ when }) => when.includes(name)));
  const found = casesIn(cases.map(({ when, then }) => ({ when: when.filter((name) => !always.includes(name)), then })));
  const [usual, ...others] = found;
  if (usual === undefined) throw new Error('a cell without a place');
  const unless: Case[] = [];
  for (const { when, then } of others) {
    const expected = [usual, ...unless].findLast((known) => known.when.every((name) => when.includes(name))) ?? usual;
    if (expected.then !== then) unless.push({ when, then });
  }
  return { usual: usual.then, unless };

  function casesIn(all: readonly Case[]): Case[] {
    const byName = new Map<string, Case>();
    for (const one of all) {
      const name = one.when.join(' and ');
      const known = byName.get(name) ?? one;
      if (known.then !== one.then) {
        throw new Error(
          `'${message.type}' in '${state}' (${name}) is ${known.then} or ${one.then}: name what decides it`,
        );
      }
      byName.set(name, known);
    }
    const rank = ({ when }: Case) => when.reduce((sum, name) => sum + 2 ** placeIn(name), 100 * when.length);
    return [...byName.values()].sort((a, b) => rank(a) - rank(b));
  }
}

/** What goes on in another region comes behind what is named. */
function placeIn(name: Circumstance): number {
  const place = circumstances.findIndex((one) => one.name === name);
  return place < 0 ? circumstances.length : place;
}

function treat(machine: AnyStateMachine, place: AnyMachineSnapshot, message: Message): Treatment {
  if (!place.can(message)) return isNamed(place, message) ? 'ignored' : 'dropped';
  const [next, effects] = transition(machine, place, message as never) as [AnyMachineSnapshot, Effect[]];
  if (waitingIn(next) > waitingIn(place)) return 'held';
  const moved = JSON.stringify(next.value) !== JSON.stringify(place.value);
  if (moved || effects.some((effect) => !refuses(effect))) return 'taken';
  if (effects.length > 0) return 'refused';
  return isNamed(place, message) ? 'ignored' : 'dropped';
}

function waitingIn({ context }: AnyMachineSnapshot): number {
  return (context as RoomContext).waiting.length;
}

interface Effect {
  type: string;
  params: unknown;
}

/** Whether one of the active states has a transition for the message, by its name or by one for all of its kind. */
function isNamed({ _nodes }: AnyMachineSnapshot, { type }: Message): boolean {
  return _nodes.some(({ ownEvents }) => ownEvents.some((name) => name === type || isKindOf(name as string, type)));
}

function isKindOf(name: string, type: string): boolean {
  return name.endsWith('.*') && type.startsWith(name.slice(0, -1));
}

function refuses({ type, params }: Effect): boolean {
  return type === 'say' && notices[(params as { notice: Notice }).notice.key].refuses;
}
