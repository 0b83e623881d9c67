/** What a room's effects do in the world: one function per name in `roomEffects`. */
import type { AgentId, RoomId, UserId } from '../../../machines/ids.ts';
import type { Answer, RoomEffectParams, RoomEvent, Wish } from '../../../machines/room.model.ts';
import type * as ports from '../../ports.ts';
import type { Reach } from '../../durable/boundaries.ts';
import type { Envelope } from '../../durable/record.ts';
import type { Effect, Result } from '../../durable/step.ts';
import type { Admit, EffectRunner } from '../../durable/children.ts';
import type { Alarm } from '../../durable/timers.ts';
import { createLiveAnswer, type Pace } from './live-answer.ts';
import { createSettle } from './settle.ts';
import { createStage } from './stage.ts';
import { createLiveTurn, type LiveTurn } from './turn.ts';
import { createTyping } from './typing.ts';

export interface RoomEffectPorts {
  send: ports.Send;
  sendDisposable: ports.SendDisposable;
  joinRoom: ports.JoinRoom;
  showTyping: ports.ShowTyping;
  work: ports.RoomWork;
  /** Brings a room's wish to its person's actor; `told` is called when it is on disk there. */
  tellPerson(word: { person: UserId; room: RoomId; wish: Wish; id: string }, told: () => void): void;
  openLink: ports.OpenLink;
  places: ports.Places;
  answers: ports.Answers;
  renderNotice: ports.RenderNotice;
  renderAnswer: ports.RenderAnswer;
  renderPreview: ports.RenderPreview;
  now: ports.Now;
  chance: ports.Chance;
  log: ports.Log;
  alarm: Alarm;
  pace: Pace;
  reach: Reach;
  /** Whether a rejected send only says that the service is closing. */
  isClosing(error: unknown): boolean;
}

/** An answer up to this many bytes of Markdown stands in the record itself. */
const SHORT_ANSWER = 8_000;

export function createRoomEffects(world: RoomEffectPorts, admit: Admit): EffectRunner {
  const turns = new Map<RoomId, LiveTurn>();
  const unreached = new Map<AgentId, Set<RoomId>>();
  /** The rooms that know that they are parked. */
  const troubled = new Set<RoomId>();
  const { settle, acknowledge } = createSettle<RoomId>('room', world, admit);
  const typing = createTyping(world.showTyping, world.alarm, world.now);

  type Perform<Name extends keyof RoomEffectParams> = (
    room: RoomId,
    params: RoomEffectParams[Name],
    effect: Effect,
    record: Envelope,
  ) => void;

  const performers: { [Name in keyof RoomEffectParams]: Perform<Name> } = {
    'join the room': (room, _, effect) => settle(room, effect, world.joinRoom(room)),
    'set the name': (room, { name }, effect) => settle(room, effect, world.work.setName(room, name)),
    'write the marker': (room, { marker }, effect) => settle(room, effect, world.work.writeMarker(room, marker)),
    'tell the person': (room, { person, wish }, effect, record) =>
      world.tellPerson({ person, room, wish, id: transactionOf(record, effect) }, () =>
        acknowledge(room, effect, { ok: true }),
      ),
    say: (room, { notice, answers }, effect, record) =>
      settle(
        room,
        effect,
        world.send(
          {
            room,
            transaction: transactionOf(record, effect),
            msgtype: 'm.notice',
            content: world.renderNotice(notice),
            replaces: null,
            answers,
            since: effect.since,
            device: effect.device,
          },
          answers === null ? 'notice' : 'command',
        ),
      ),
    'deliver the answer': (room, params, effect, record) =>
      settle(room, effect, deliver(room, params, effect, record), () => forget(room, params.answer)),
    'ask for a place': (room, { turn, agent }, _, record) => turnOf(room, turn, record).takePlace(agent),
    'open the connection': (room, { turn, agent, contextId, preview, answers }, _, record) =>
      turnOf(room, turn, record).open({ agent, contextId }, preview, answers, (reached) =>
        noteReach(room, agent, reached),
      ),
    'send the user message': (room, { turn, text }, _, record) => turnOf(room, turn, record).ask(room, text),
    'send the confirmation': (room, { turn, question, approved }, _, record) =>
      turnOf(room, turn, record).confirm(question, approved),
    'stop the agent': (room, { turn, trouble }, _, record) => turnOf(room, turn, record).stop(trouble),
    'close the connection': (room, { turn }) => {
      if (turns.get(room)?.id === turn) closeTurn(room);
    },
    'show typing': (room) => typing.wish(room, true),
    'hide typing': (room) => typing.wish(room, false),
  };

  function turnOf(room: RoomId, id: LiveTurn['id'], record: Envelope): LiveTurn {
    const current = turns.get(room);
    if (current?.id === id) return current;
    current?.close();
    const { origin } = record;
    const turn = createLiveTurn(id, {
      ...world,
      tell: (event) => heard(room, event),
      liveAnswer(preview, answers) {
        const stage = createStage(world, { room, transaction: `${origin}.t${id}`, answers }, (eventId) => {
          world.reach('preview sent');
          heard(room, { type: 'answer.shown', turn: id, eventId });
        });
        return createLiveAnswer(preview, world.pace, stage, world.alarm, world.now);
      },
      keep: (markdown) => keep(room, id, markdown),
    });
    turns.set(room, turn);
    return turn;
  }

  function heard(room: RoomId, event: RoomEvent): void {
    admit(room, { kind: 'event', id: null, at: world.now(), event });
  }

  /** One room that reaches an agent spares the others, who could not, the rest of their wait. */
  function noteReach(room: RoomId, agent: AgentId, reached: boolean): void {
    const waiting = unreached.get(agent);
    if (!reached) {
      unreached.set(agent, (waiting ?? new Set()).add(room));
    } else if (waiting !== undefined) {
      unreached.delete(agent);
      for (const other of waiting) if (other !== room) heard(other, { type: 'agent.reachable', agent });
    }
  }

  function closeTurn(room: RoomId): void {
    turns.get(room)?.close();
    turns.delete(room);
  }

  async function keep(room: RoomId, turn: LiveTurn['id'], markdown: string): Promise<Answer> {
    if (Buffer.byteLength(markdown) <= SHORT_ANSWER) return { markdown };
    const stored = `turn-${turn}`;
    await world.answers.write(room, stored, markdown);
    world.reach('long answer stored');
    return { stored };
  }

  async function deliver(
    room: RoomId,
    { answer, preview, answers }: RoomEffectParams['deliver the answer'],
    effect: Effect,
    record: Envelope,
  ): Promise<Result> {
    const markdown = 'markdown' in answer ? answer.markdown : await world.answers.read(room, answer.stored);
    if (markdown === null) return { ok: false, code: 'ANSWER_GONE', detail: 'the stored answer is missing' };
    let index = -1;
    for (const content of world.renderAnswer(markdown)) {
      if (++index < effect.cursor) continue;
      if (index > effect.cursor) admit(room, { kind: 'partly settled', effect: effect.id, cursor: index });
      const receipt = await world.send(
        {
          room,
          transaction: `${transactionOf(record, effect)}.${index}`,
          msgtype: 'm.text',
          content,
          replaces: index === 0 ? preview : null,
          answers,
          since: effect.since,
          device: effect.device,
        },
        'final',
      );
      if (!receipt.ok) return receipt;
    }
    return { ok: true };
  }

  function forget(room: RoomId, answer: Answer): void {
    if ('markdown' in answer) return;
    world.answers.remove(room, answer.stored).catch((error: unknown) => {
      world.log.warn({ room, answer: answer.stored, error }, 'delivered answer could not be removed');
    });
  }

  return {
    perform(key, effect, record) {
      const room = key as RoomId;
      const perform = performers[effect.type as keyof RoomEffectParams] as Perform<never>;
      perform(room, effect.params as never, effect, record);
    },
    sayTroubled(key) {
      const room = key as RoomId;
      if (troubled.has(room)) return;
      troubled.add(room);
      const since = world.now();
      void world
        .send(
          {
            room,
            transaction: `troubled.${since.toString(36)}`,
            msgtype: 'm.notice',
            content: world.renderNotice({ key: 'room is troubled' }),
            replaces: null,
            answers: null,
            since,
            device: null,
          },
          'notice',
        )
        .catch(() => {});
    },
    release(key) {
      const room = key as RoomId;
      closeTurn(room);
      for (const waiting of unreached.values()) waiting.delete(room);
      typing.wish(room, false);
    },
  };
}

function transactionOf(record: Envelope, effect: Effect): string {
  return `${record.origin}.${effect.id}`;
}
