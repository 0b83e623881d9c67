/** Where a room can be found, and what it remembers there: reached by playing the chart, never put together by hand. */
import { transition, type AnyMachineSnapshot, type AnyStateMachine, type EventObject, type StateValue } from 'xstate';
import { fixedLimits, smallestLimits, type RoomInTheHouse, type RoomLimits } from '../../machines/room-limits.ts';
import { blankRoom, type RoomContext } from '../../machines/room.model.ts';
import { happenings } from './happenings.ts';

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
  const known = new Set(marksOf(start));
  for (const place of places) {
    for (const event of [...happenings(place.context as RoomContext), ...dueIn(place)]) {
      const [next] = transition(machine, place, event as never) as [AnyMachineSnapshot, unknown];
      const marks = marksOf(next);
      if (next.status === 'done' || marks.every((mark) => known.has(mark))) continue;
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

/** The states of a place, with each thing that is known of the person, and with each two of what the talk is at. */
function marksOf({ value, context }: AnyMachineSnapshot): string[] {
  const { turn, waiting, unanswered, question, dialog, told, noticed, number } = context as RoomContext;
  const ofThePerson = named({ noticed, told: told.length > 0, numbered: number !== null });
  const ofTheTalk = named({
    ...{ waiting: waiting.length, question: question !== null, dialog: dialog !== null, unanswered: unanswered?.why },
    ...{ discarded: turn?.discarded, confirmations: turn?.confirmations },
  });
  const pairs = ofTheTalk.flatMap((one, index) => ofTheTalk.slice(index + 1).map((other) => `${one}, ${other}`));
  const states = JSON.stringify(value as StateValue);
  return [...ofThePerson, ...pairs].map((mark) => `${states} ${mark}`);
}

function named(facts: Record<string, string | number | boolean | undefined>): string[] {
  return Object.entries(facts).map(([name, fact]) => `${name}: ${fact}`);
}
