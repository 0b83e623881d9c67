/** Random lives of a person, on a homeserver that refuses, loses rooms and tells of it late. */
import fc from 'fast-check';
import { transition } from 'xstate';
import { describe, expect, it } from 'vitest';
import { EventId, RoomId } from '../../machines/ids.ts';
import { PersonContext, type PersonEffectParams, type PersonEvent } from '../../machines/person.model.ts';
import { type Notice } from '../../machines/notices.ts';
import { personMachine } from '../../machines/person.machine.ts';
import { job, nobody } from './person/story.ts';

const RUNS = 1_000;

type Move =
  | { move: 'wish' | 'come'; name: string | null }
  | { move: 'settle'; which: number; refuse: boolean }
  | { move: 'lose the Space' | 'lose a chat' | 'lose the room in the making' | 'rename' | 'hear of a loss' };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ move: fc.constant('wish'), name: fc.constantFrom(null, 'One', 'Two') }) },
    { weight: 1, arbitrary: fc.record({ move: fc.constant('come'), name: fc.constant(null) }) },
    {
      weight: 12,
      arbitrary: fc.record({
        move: fc.constant('settle'),
        which: fc.nat(3),
        refuse: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        move: fc.constantFrom(
          'lose the Space',
          'lose a chat',
          'lose the room in the making',
          'rename',
          'hear of a loss',
        ),
      }),
    },
  ) as fc.Arbitrary<Move>,
  { maxLength: 60 },
);

type Pending = {
  [Name in keyof PersonEffectParams]: { type: Name; params: PersonEffectParams[Name] };
}[keyof PersonEffectParams];

class Life {
  #snapshot = personMachine.resolveState({ value: 'ready', context: nobody });
  /** Effects that were asked for and not answered. */
  readonly pending: Pending[] = [];
  /** Losses that the person has not heard of. */
  readonly unheard: PersonEvent[] = [];
  /** What the person was told, by the message that it answers. */
  readonly told = new Map<string, Notice['key'][]>();
  /** The number that each room heard of itself. */
  readonly introduced = new Map<RoomId, number>();
  readonly #made = new Map<string, RoomId>();
  readonly lost = new Set<RoomId>();
  #rooms = 0;
  #wishes = 0;

  get context(): PersonContext {
    return this.#snapshot.context;
  }

  get at(): unknown {
    return this.#snapshot.value;
  }

  send(event: PersonEvent): void {
    const [next, actions] = transition(personMachine, this.#snapshot, event);
    if (next.status === 'error') throw next.error;
    const context = PersonContext.parse(JSON.parse(JSON.stringify(next.context)));
    this.#snapshot = personMachine.resolveState({ value: next.value, context });
    for (const { type, params } of actions) this.#act({ type, params } as unknown as Pending);
  }

  #act(effect: Pending): void {
    if (effect.type !== 'say') {
      this.pending.push(effect);
      return;
    }
    const { answers, notice } = effect.params;
    if (answers !== null) this.told.set(answers, [...(this.told.get(answers) ?? []), notice.key]);
  }

  wish(type: 'chat.wanted' | 'access.wanted', name: string | null): string {
    const answers = EventId.parse(`$wish${++this.#wishes}`);
    this.told.set(answers, []);
    this.send({ type, job: job(`op${this.#wishes}`, { answers, name }) });
    return answers;
  }

  lose(room: RoomId | null | undefined, told: (room: RoomId) => PersonEvent): void {
    if (room === null || room === undefined || this.lost.has(room)) return;
    this.lost.add(room);
    this.unheard.push(told(room));
  }

  hear(): void {
    const event = this.unheard.shift();
    if (event !== undefined) this.send(event);
  }

  settle(which: number, refuse: boolean): void {
    const [effect] = this.pending.splice(which % Math.max(1, this.pending.length), 1);
    if (effect?.type === 'restore access') {
      const { rooms, origin = null, answers = null } = effect.params;
      const outcome = refuse ? { invited: 0, code: 'M_FORBIDDEN' } : { invited: rooms.length, code: null };
      return this.send({ type: 'access.restored', origin, answers, ...outcome });
    }
    if (effect === undefined || !('operation' in effect.params)) return;
    const space = 'space' in effect.params ? effect.params.space : null;
    const of = { operation: effect.params.operation, space };
    const code = refuse ? 'M_LIMIT_EXCEEDED' : this.#obstacle(effect);
    if (code !== null) return this.send({ type: 'step.refused', ...of, code });
    switch (effect.type) {
      case 'create the Space':
        return this.send({ type: 'space.made', ...of, room: this.#create(of.operation) });
      case 'mark the Space':
        return this.send({ type: 'space.marked', ...of });
      case 'create the chat':
        return this.send({
          type: 'chat.made',
          ...of,
          room: this.#create(of.operation),
          name: effect.params.name ?? `Chat ${effect.params.number}`,
        });
      case 'link the chat':
        return this.send({ type: 'chat.linked', ...of });
      case 'introduce the chat':
        if (effect.params.event.type === 'room.adopted') {
          this.introduced.set(effect.params.room, effect.params.event.number);
        }
        // The room finds that the bot is not in it, and says so.
        if (this.lost.has(effect.params.room)) this.unheard.push({ type: 'chat.gone', room: effect.params.room });
        return this.send({ type: 'chat.introduced', ...of });
      default:
        return;
    }
  }

  /** Nothing can be put into a lost Space. */
  #obstacle(effect: Pending): string | null {
    return effect.type === 'link the chat' && this.lost.has(effect.params.space) ? 'M_FORBIDDEN' : null;
  }

  #create(operation: string): RoomId {
    const known = this.#made.get(operation);
    if (known !== undefined && !this.lost.has(known)) return known;
    const room = RoomId.parse(`!room${++this.#rooms}:example.org`);
    this.#made.set(operation, room);
    return room;
  }

  /** Everything that is under way comes to its end, nothing is lost any more. */
  comeToRest(): void {
    for (let left = 2_000; left > 0 && (this.pending.length > 0 || this.unheard.length > 0); left--) {
      if (this.unheard.length > 0) this.hear();
      else this.settle(0, false);
    }
  }
}

function live(all: readonly Move[]): Life {
  const life = new Life();
  for (const move of all) {
    const { context } = life;
    switch (move.move) {
      case 'wish':
        life.wish('chat.wanted', move.name);
        break;
      case 'come':
        life.wish('access.wanted', null);
        break;
      case 'settle':
        life.settle(move.which, move.refuse);
        break;
      case 'lose the Space':
        life.lose(context.space, (room) => ({ type: 'space.gone', room }));
        break;
      case 'lose a chat':
        life.lose(context.chats[0]?.room, (room) => ({ type: 'chat.gone', room }));
        break;
      case 'lose the room in the making':
        life.lose(context.job?.room, (room) => ({ type: 'chat.gone', room }));
        break;
      case 'rename': {
        const room = context.job?.room ?? context.failed?.room ?? null;
        if (room !== null) life.send({ type: 'chat.renamed', room, name: 'Three' });
        break;
      }
      case 'hear of a loss':
        life.hear();
        break;
    }
  }
  life.comeToRest();
  return life;
}

describe('whatever happens to a person', () => {
  it('comes to rest, with one last word on each wish', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const life = live(all);
        const { job, waiting } = life.context;
        expect({ at: life.at, job, waiting }).toEqual({ at: 'ready', job: null, waiting: [] });
        expect([...life.told.values()].filter((words) => words.length !== 1)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives each number once, to the room that heard it, and keeps nothing that is lost', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const { context, introduced, lost } = live(all);
        const numbers = context.chats.map(({ number }) => number);
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(Math.max(0, ...numbers)).toBeLessThan(context.nextNumber);
        expect(context.chats.map(({ room }) => introduced.get(room))).toEqual(numbers);
        expect([context.space, ...context.chats.map(({ room }) => room)].filter((room) => lost.has(room!))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves nobody stuck: the wish after the next makes a chat', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const life = live(all);
        life.wish('chat.wanted', null);
        life.comeToRest();
        const answers = life.wish('chat.wanted', null);
        life.comeToRest();
        expect(life.told.get(answers)).toEqual(['chat is ready']);
        expect(life.context.space).not.toBe(null);
      }),
      { numRuns: RUNS },
    );
  });
});
