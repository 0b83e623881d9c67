/** Where a room can be found, and what it remembers there: reached by playing the chart, never put together by hand. */
import { transition, type AnyMachineSnapshot, type AnyStateMachine, type EventObject, type StateValue } from 'xstate';
import { fixedLimits, type RoomInTheHouse, type RoomLimits } from '../../machines/room-limits.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { blankRoom } from '../../machines/room-words.ts';
import { happenings } from './happenings.ts';

/** The smallest, so that each is reached in few steps. */
const limits: RoomLimits = { ...fixedLimits, queue: 1, tries: 2, turnMs: 60_000, refuseAlways: false };

const nobody = blankRoom({
  room: '!room' as RoomContext['room'],
  agent: 'nobody' as RoomContext['agent'],
  contextId: '1' as RoomContext['contextId'],
});

/**
 * Places that the events lead to, from a room that nobody is known in, breadth first. A place is worth a look when in its
 * states two things that the chart asks about are there together for the first time.
 */
export function placesOf(machine: AnyStateMachine): AnyMachineSnapshot[] {
  const input: RoomInTheHouse = { ...nobody, limits };
  const start = machine.resolveState({ value: 'unclaimed', context: input }) as AnyMachineSnapshot;
  const places = [start];
  const known = new Set(pairsIn(start));
  for (const place of places) {
    for (const event of [...happenings(place.context as RoomContext), ...dueIn(place)]) {
      const [next] = transition(machine, place, event as never) as [AnyMachineSnapshot, unknown];
      const pairs = pairsIn(next);
      if (next.status === 'done' || pairs.every((pair) => known.has(pair))) continue;
      pairs.forEach((pair) => known.add(pair));
      places.push(next);
    }
  }
  return places;
}

/** The delays that may end here. */
function dueIn({ _nodes }: AnyMachineSnapshot): EventObject[] {
  return _nodes.flatMap((node) => node.after.map(({ eventType }) => ({ type: eventType as string })));
}

/** The states of a place with each two of the things that are remembered there. */
function pairsIn({ value, context }: AnyMachineSnapshot): string[] {
  const { turn, waiting, unanswered, question, dialog, told, noticed, number } = context as RoomContext;
  const facts = [
    ...[noticed, told.length, number !== null, waiting.length, question !== null, dialog !== null],
    ...[unanswered?.why, turn?.discarded, turn?.confirmations],
  ].map((fact, index) => `${index}: ${String(fact)}`);
  const states = JSON.stringify(value as StateValue);
  return facts.flatMap((one, index) => facts.slice(index + 1).map((other) => `${states} ${one}, ${other}`));
}
