/** What a room's effects do in the world: one function per name in `roomEffects`. */
import type { EventId, RoomId, UserId } from '../../../machines/ids.ts';
import type { Language } from '../../../machines/language.ts';
import type { Notice } from '../../../machines/notices.ts';
import { tellsOfTheLine } from '../../../machines/room-queue.ts';
import { statusOf, wordOf } from '../../../machines/room-status.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { RoomContext } from '../../../machines/room.model.ts';
import type { RoomEffectParams } from '../../../machines/room.effects.ts';
import type { Effect, Result } from '../../durable/definition.ts';
import type { Admit, EffectRunner } from '../../durable/effect-runner.ts';
import type { Envelope } from '../../durable/record.ts';
import type { Alarm } from '../../durable/timers.ts';
import { latestWish } from '../../basics/latest-wish.ts';
import type { Outgoing } from '../../ports.ts';
import type * as ports from '../../ports.ts';
import type { Reach } from '../boundaries.ts';
import type { CompanyOf } from '../company.ts';
import type { Elsewhere } from '../elsewhere.ts';
import type { Post } from '../post.ts';
import type { TurnLog } from '../turn-log.ts';
import { createAcknowledge } from './acknowledge.ts';
import { createDelivery, type Delivery, type DeliveryWorld } from './delivery.ts';
import { createFileEffects, type FileEffects, type FileWorld } from './files.ts';
import { createGreetings, type Greetings } from './greeting.ts';
import type { Pace } from './live-answer.ts';
import { createLiveTurns, type LiveTurns } from './live-turns.ts';
import { sayTroubledIn } from './troubled.ts';
import { transactionOf } from './transaction.ts';
import { createTyping } from './typing.ts';

export interface RoomEffectPorts {
  send: ports.Send;
  sendDisposable: ports.SendDisposable;
  joinRoom: ports.JoinRoom;
  showTyping: ports.ShowTyping;
  quoteOf: ports.QuoteOf;
  work: ports.RoomWork;
  tellPerson: Post['tellPerson'];
  elsewhere: Elsewhere;
  companyOf: CompanyOf;
  farewell: ports.RenderFarewell;
  openLink: ports.OpenLink;
  places: ports.Places;
  answers: DeliveryWorld['answers'];
  files: Pick<FileWorld, 'incoming' | 'outgoing' | 'media' | 'mostBytes'>;
  renderNotice: ports.RenderNotice;
  answerOperator: ports.AnswerOperator;
  nameOf: ports.NameOf;
  /** Of a room whose record cannot be asked. */
  languageIn(room: RoomId): Language | null;
  renderAnswer: ports.RenderAnswer;
  renderPreview: ports.RenderPreview;
  picturesIn: ports.PicturesIn;
  now: ports.Now;
  chance: ports.Chance;
  log: ports.Log;
  turnLog: Omit<TurnLog, 'committed'>;
  alarm: Alarm;
  pace: Pace;
  reach: Reach;
  /** Whether a rejected send only says that the service is closing. */
  isClosing(error: unknown): boolean;
}

/** What the bot reacts with to a message that waits. */
const WAITING = '⏳';

type Perform<Name extends keyof RoomEffectParams> = (
  room: RoomId,
  params: RoomEffectParams[Name],
  effect: Effect,
  record: Envelope<RoomContext>,
) => void;

type Performers = { [Name in keyof RoomEffectParams]: Perform<Name> };

export function createRoomEffects(ports: RoomEffectPorts, admit: Admit<RoomId>): EffectRunner<RoomId, RoomContext> {
  const { say, ...inOrder } = createGreetings(ports);
  const world: World = { ...ports, ...inOrder, say };
  const files = createFileEffects({ ...world, ...world.files }, admit);
  const delivery = createDelivery({ ...world, sendText: files.sendText }, admit);
  const typing = createTyping(world.showTyping, world.alarm, world.now);
  const turns = createLiveTurns({ ...world, keep: delivery.keep, gone: files.gone, tell: heard });
  const performers = {
    ...inTheRoom(world, delivery, admit),
    ...ofTheRoom(world, turns, admit),
    ...withTheAgent(turns),
    ...answering(delivery, world, admit),
    ...onFiles(files, world, admit),
    'show typing': (room) => typing.wish(room, true),
    'hide typing': (room) => typing.wish(room, false),
  } satisfies Performers;
  /** The rooms that know that they are parked. */
  const troubled = new Set<RoomId>();

  function heard(room: RoomId, event: RoomEvent): void {
    admit(room, { kind: 'event', id: null, at: world.now(), event });
  }

  return {
    perform(room, effect, record) {
      const perform = performers[effect.type as keyof RoomEffectParams] as Perform<never>;
      perform(room, effect.params as never, effect, record);
    },
    sayTroubled(room) {
      if (troubled.has(room)) return;
      troubled.add(room);
      sayTroubledIn(world, room, null);
    },
    release(room) {
      turns.forget(room);
      typing.wish(room, false);
    },
  };
}

type World = RoomEffectPorts & Pick<Greetings, 'say'>;

function inTheRoom(world: World, delivery: Delivery, admit: Admit<RoomId>) {
  const { work } = world;
  const { whenDone, acknowledge } = createAcknowledge(world, admit);

  /** Where it comes to somebody it looks who else is there. */
  async function enter(room: RoomId, greet: boolean, person: UserId | null, since: number): Promise<Result> {
    const joined = await world.joinRoom(room, { party: person ?? room, since });
    if (!joined.ok || !greet || person === null) return joined;
    const company = await world.companyOf(room, person);
    return company === null ? joined : { ...joined, company };
  }

  function word(
    transaction: string,
    { since, device }: Effect,
    { room, language }: RoomContext,
    notice: Notice,
  ): Outgoing {
    const content = world.renderNotice(notice, language);
    return { room, transaction, msgtype: 'm.notice', content, replaces: null, answers: null, since, device };
  }

  const changeNotice = latestWish((_: EventId, edit: Outgoing) => world.send(edit, 'notice'));
  return {
    'join the room': (room, { greet }, effect, { context }) =>
      whenDone(room, effect, enter(room, greet, context.person, effect.since)),
    'leave the room'(room, { person, why, lastWord }, effect, record) {
      const id = transactionOf(record, effect);
      const told =
        lastWord === undefined
          ? world.elsewhere.tell({ person, room, why }, id)
          : world.send(word(id, effect, record.context, lastWord), 'notice');
      const goodbye = { party: person, reason: world.farewell(why, person) };
      whenDone(
        room,
        effect,
        told.then(() => work.leave(room, goodbye)),
      );
    },
    'set the name': (room, { name }, effect) => whenDone(room, effect, work.setName(room, name)),
    'write the marker': (room, { marker }, effect) => whenDone(room, effect, work.writeMarker(room, marker)),
    'tell the person': (room, { person, wish }, effect, record) =>
      world.tellPerson({ person, room, wish, id: transactionOf(record, effect) }, () =>
        acknowledge(room, effect, { ok: true }),
      ),
    say(room, { notice, answers, relation, mentions, turn }, effect, { context, origin }) {
      const { since, device } = effect;
      const worded = (complete: Notice): Outgoing => ({
        ...{ room, transaction: transactionOf({ origin }, effect), replaces: null, answers, relation, since, device },
        content: world.renderNotice(complete, context.language),
        // No phone rings for an m.notice, whomever it mentions.
        ...(mentions === undefined ? { msgtype: 'm.notice' } : { msgtype: 'm.text', mentions: [mentions] }),
      });
      const priority = answers === null || tellsOfTheLine(notice) || notice.key === 'working' ? 'notice' : 'command';
      const say = () => world.say(context, { notice, priority, worded });
      whenDone(room, effect, delivery.behind(room, turn)?.then(say) ?? say());
    },
    'change the notice'(room, { of, notice, answers }, effect, record) {
      const transaction = transactionOf(record, effect);
      const content = world.renderNotice(notice, record.context.language);
      const { since, device } = effect;
      const edit = { room, transaction, msgtype: 'm.notice' as const, content, replaces: of, answers, since, device };
      whenDone(room, effect, changeNotice(of, edit));
    },
    'mark the message': (room, { of }, effect, record) =>
      whenDone(room, effect, work.react(room, of, WAITING, transactionOf(record, effect))),
    'take back': (room, { event }, effect, record) =>
      whenDone(room, effect, work.redact(room, event, transactionOf(record, effect))),
  } satisfies Partial<Performers>;
}

/** What is going on is found when it is said, so that a later word is not an old one. */
function ofTheRoom(world: RoomEffectPorts, turns: LiveTurns, admit: Admit<RoomId>) {
  const { whenDone } = createAcknowledge(world, admit);
  return {
    'say the status'(room, { answers, relation }, effect, record) {
      const status = statusOf(record, world.now(), turns.heard(room, record.context.turn?.id));
      world.log.info({ room, event: answers, is: wordOf(status), ...status }, 'status said');
      const { since, device } = effect;
      const content = world.renderNotice({ key: 'status', ...status }, record.context.language);
      const message = { room, transaction: transactionOf(record, effect), content, replaces: null };
      whenDone(
        room,
        effect,
        world.send({ ...message, msgtype: 'm.notice', answers, relation, since, device }, 'command'),
      );
    },
    'answer the operator'(room, { answers, sender, words, replyTo = null, relation }, effect, record) {
      const { since, device } = effect;
      const message = { room, transaction: transactionOf(record, effect), replaces: null, answers, relation };
      const said = world
        .answerOperator({ room, sender, words, replyTo }, record.context.language)
        .then((content) => world.send({ ...message, msgtype: 'm.notice', content, since, device }, 'command'));
      whenDone(room, effect, said);
    },
  } satisfies Partial<Performers>;
}

function withTheAgent(turns: ReturnType<typeof createLiveTurns>) {
  return {
    'ask for a place': (room, { turn, agent }, _, record) => turns.of(room, turn, record).takePlace(agent),
    'open the connection': (room, { turn, agent, contextId, ...spot }, _, record) =>
      turns.of(room, turn, record).open({ agent, contextId }, spot, (reached) => turns.noteReach(room, agent, reached)),
    'go on showing the work': (room, { turn, ...notice }) => turns.showWork(room, turn, notice),
    'go on as a reply': (room, { turn }, _, record) => turns.of(room, turn, record).standApart(),
    'send the user message': (room, { turn, text }, _, record) => turns.of(room, turn, record).ask(room, text),
    'send the confirmation': (room, { turn, question, approved }, _, record) =>
      turns.of(room, turn, record).confirm(question, approved),
    'stop the agent': (room, { turn, trouble }, _, record) => {
      const live = turns.of(room, turn, record);
      live.stop(trouble);
      if (record.context.turn?.discarded === true) live.hush();
    },
    'close the connection': (room, { turn }) => turns.close(room, turn),
  } satisfies Partial<Performers>;
}

function answering(delivery: Delivery, world: RoomEffectPorts, admit: Admit<RoomId>) {
  const { whenDone } = createAcknowledge(world, admit);
  return {
    'deliver the answer'(room, params, effect, record) {
      let arrived = false;
      const delivered = delivery.deliver(room, params, effect, record).then((result) => {
        arrived = result.ok;
        return result;
      });
      // What was refused is kept: `!retry` sends it again.
      whenDone(room, effect, delivered, () => arrived && delivery.forget(room, params.answer));
    },
    'deliver the push'(room, params, effect, record) {
      const delivered = delivery.deliverPush(room, params, effect, record);
      whenDone(room, effect, delivered, () => delivery.forget(room, params.answer));
    },
  } satisfies Partial<Performers>;
}

function onFiles(files: FileEffects, world: RoomEffectPorts, admit: Admit<RoomId>) {
  const { whenDone } = createAcknowledge(world, admit);
  return {
    'fetch the file': (room, params, effect) => whenDone(room, effect, files.fetch(room, params)),
    'settle the file': (room, params, effect) => whenDone(room, effect, files.settle(room, params)),
    'delete the file': (room, params, effect) => whenDone(room, effect, files.remove(params)),
    'send the files': (room, params, effect, record) =>
      whenDone(room, effect, files.send(room, params, effect, record)),
  } satisfies Partial<Performers>;
}
