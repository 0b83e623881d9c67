/** Where a room can be found, and what it remembers there: reached by playing the chart, never put together by hand. */
import { transition, type AnyMachineSnapshot, type AnyStateMachine, type AnyStateNode, type EventObject } from 'xstate';
import { fixedLimits, smallestLimits, type RoomInTheHouse, type RoomLimits } from '../../machines/room-limits.ts';
import { pending } from '../../machines/room-again.ts';
import { blankRoom, type RoomContext } from '../../machines/room.model.ts';
import { happenings, messages } from './happenings.ts';

const limits: RoomLimits = { ...fixedLimits, ...smallestLimits };

const nobody = blankRoom({
  room: '!room' as RoomContext['room'],
  agent: 'nobody' as RoomContext['agent'],
  contextId: '1' as RoomContext['contextId'],
});

/**
 * Places that the events lead to, from a room that nobody is known in, breadth first. A place is worth a look when its
 * states come with something for the first time (`marksOf`): all of what can be together would be ten times as many.
 */
export function placesOf(machine: AnyStateMachine): AnyMachineSnapshot[] {
  const input: RoomInTheHouse = { ...nobody, limits };
  const start = machine.resolveState({ value: 'unclaimed', context: input }) as AnyMachineSnapshot;
  const places = [start];
  const known = new Set(marksOf(start, factsOf(start)));
  /** Looked at already: their marks are known. */
  const seen = new Set<string>();
  for (const place of places) {
    for (const event of [...happenings(place.context as RoomContext), ...dueIn(place)]) {
      // Most change nothing, which is found out much faster than what they change.
      if (!place.can(event)) continue;
      const [next] = transition(machine, place, event as never) as [AnyMachineSnapshot, unknown];
      const facts = factsOf(next);
      const all = JSON.stringify([next.value, facts]);
      if (next.status === 'done' || seen.has(all)) continue;
      seen.add(all);
      const marks = marksOf(next, facts).filter((mark) => !known.has(mark));
      if (marks.length === 0) continue;
      marks.forEach((mark) => known.add(mark));
      places.push(next);
    }
  }
  return places;
}

/** The delays that may end here. */
function dueIn({ _nodes }: AnyMachineSnapshot): EventObject[] {
  return _nodes.flatMap((node) => node.after.map(({ eventType }) => ({ type: eventType as string })));
}

/** Whether what a person says means something to a region of its own: not to one that only tells of what another does. */
export function hearsMessages(region: AnyStateNode): boolean {
  if (region.tags.includes('only tells')) return false;
  const heard = Object.values(region.states).flatMap(({ ownEvents }) => ownEvents as string[]);
  return messages.some(({ type }) => heard.includes(type));
}

/** Whether a state is, or lies in, a region that hears no message. */
function isDeaf(node: AnyStateNode): boolean {
  if (node.parent === undefined) return false;
  return (node.parent.type === 'parallel' && !hearsMessages(node)) || isDeaf(node.parent);
}

const hearing = new WeakMap<AnyStateNode, boolean>();

function hears(node: AnyStateNode): boolean {
  const known = hearing.get(node) ?? !isDeaf(node);
  hearing.set(node, known);
  return known;
}

/** Whether it is a state of another region than the conversation in which something has begun. */
export function goesOnBeside(node: AnyStateNode): boolean {
  const { parent, key } = node;
  if (parent?.parent?.type !== 'parallel' || parent.key === 'conversation') return false;
  return !parent.initial.target.some((first: AnyStateNode) => first.key === key);
}

interface Facts {
  ofThePerson: Record<string, boolean>;
  ofTheTalk: Record<string, string | number | boolean | undefined>;
}

function factsOf({ context }: AnyMachineSnapshot): Facts {
  const { turn, waiting, last, question, dialog, told, noticed, number } = context as RoomContext;
  return {
    ofThePerson: { noticed, told: told.length > 0, numbered: number !== null },
    ofTheTalk: {
      ...{
        waiting: waiting.length,
        question: question !== null,
        dialog: dialog !== null,
        unanswered: pending(context as RoomContext)?.why,
      },
      ...{ answered: last.length > 0, discarded: turn?.discarded, confirmations: turn?.confirmations },
    },
  };
}

/**
 * The states of a place. Those that hear messages also with each thing that is known of the person, with each two of what
 * the talk is at, and with what is so where that is little: a cell of the table names the fewest. Where something goes on
 * beside the conversation, the states alone, of those that hear messages.
 */
function marksOf({ value, _nodes }: AnyMachineSnapshot, { ofThePerson, ofTheTalk }: Facts): string[] {
  const talk = named(ofTheTalk);
  const pairs = talk.flatMap((one, index) => talk.slice(index + 1).map((other) => `${one}, ${other}`));
  const so = Object.keys(ofTheTalk).filter((name) => Boolean(ofTheTalk[name]));
  const plain = so.length < 3 ? [`only ${so.join()}`] : [];
  const states = _nodes
    .filter(hears)
    .map(({ id }) => id)
    .sort();
  if (_nodes.some((node) => hears(node) && goesOnBeside(node))) return [states.join()];
  return [
    JSON.stringify(value),
    ...[...named(ofThePerson), ...pairs, ...plain].map((mark) => `${states.join()} ${mark}`),
  ];
}

function named(facts: Facts['ofTheTalk']): string[] {
  return Object.entries(facts).map(([name, fact]) => `${name}: ${fact}`);
}
