/** Whole answers: kept until they are delivered, delivered part by part, forgotten afterwards. */
import type { SendTrouble } from '../../../machines/files.ts';
import type { EventId, RoomId, TurnId } from '../../../machines/ids.ts';
import type { Language } from '../../../machines/language.ts';
import type { Answer, RoomContext } from '../../../machines/room.model.ts';
import type { RoomEffectParams } from '../../../machines/room.effects.ts';
import type { Relation } from '../../../machines/message.ts';
import type { Effect, Result } from '../../durable/definition.ts';
import type { Admit } from '../../durable/effect-runner.ts';
import type { Envelope } from '../../durable/record.ts';
import type { Answers, Log, RenderAnswer, RenderNotice, Send } from '../../ports.ts';
import type { Reach } from '../boundaries.ts';
import type { FileEffects, FileMessage } from './files.ts';
import { transactionOf } from './transaction.ts';

/** An answer up to this many bytes of Markdown stands in the record itself. */
export const SHORT_ANSWER = 8_000;

/** An answer that is too long to show, as people find it among their downloads. */
const WHOLE = { name: 'answer.md', mime: 'text/markdown' };

export interface DeliveryWorld {
  send: Send;
  answers: Omit<Answers, 'names'>;
  renderAnswer: RenderAnswer;
  renderNotice: RenderNotice;
  sendText: FileEffects['sendText'];
  log: Log;
  reach: Reach;
}

/** What is delivered, and what it answers. */
type Delivered = Pick<RoomEffectParams['deliver the answer'], 'answer' | 'preview' | 'stands' | 'relation'> & {
  answers: EventId | null;
};

export interface Delivery {
  /** `piece`: which one of the turn's answer. */
  keep(room: RoomId, turn: TurnId, piece: number, markdown: string): Promise<Answer>;
  deliver(
    room: RoomId,
    params: RoomEffectParams['deliver the answer'],
    effect: Effect,
    record: Envelope<RoomContext>,
  ): Promise<Result>;
  /** What the agent says of its own accord: to be forgotten as answers are, also where it was refused. */
  deliverPush(
    room: RoomId,
    params: RoomEffectParams['deliver the push'],
    effect: Effect,
    record: Envelope<RoomContext>,
  ): Promise<Result>;
  /** Resolves when what this turn delivers in the room now is over; null where nothing is under way. */
  behind(room: RoomId, turn: TurnId | undefined): Promise<void> | null;
  /** It is delivered, and the room knows. */
  forget(room: RoomId, answer: Answer): void;
}

export function createDelivery(world: DeliveryWorld, admit: Admit<RoomId>): Delivery {
  const { inOrder, behind } = createOrder();

  async function deliver(
    room: RoomId,
    params: Delivered,
    effect: Effect,
    record: Envelope<RoomContext>,
  ): Promise<Result> {
    const { answer, preview, stands, answers, relation } = params;
    const markdown = 'markdown' in answer ? answer.markdown : await world.answers.read(room, answer.stored);
    if (markdown === null) return { ok: false, code: 'ANSWER_GONE', detail: 'the stored answer is missing' };
    const firstOfItsOwn = preview === null && stands === undefined ? 0 : 1;
    let index = -1;
    const beginning = preview ?? stands;
    // After a kill those of before it are not known any more, but for the first.
    const messages: EventId[] = beginning === undefined ? [] : [beginning];
    const { since, device } = effect;
    const { language } = record.context;
    const isDue = () => {
      if (++index > effect.cursor) admit(room, { kind: 'partly settled', effect: effect.id, cursor: index });
      return index >= effect.cursor;
    };
    const message = (): FileMessage => ({
      ...{ room, transaction: `${transactionOf(record, effect)}.${index}`, answers, since, device },
      relation: index === firstOfItsOwn ? relation : inThreadOf(relation),
    });
    for (const { isCutOff = false, ...content } of world.renderAnswer(markdown, language)) {
      if (isDue() && !(index === 0 && stands !== undefined)) {
        const replaces = index === 0 ? preview : null;
        const receipt = await world.send({ ...message(), msgtype: 'm.text', content, replaces }, 'final');
        if (!receipt.ok) return receipt;
        if (index > 0 || beginning === undefined) messages.push(receipt.eventId);
      }
      if (!isCutOff || !isDue()) continue;
      const sent = await world.sendText({ ...WHOLE, text: markdown }, message());
      if (sent.ok) messages.push(sent.eventId);
      else await sayThatItIsCutOff(sent.why, message(), language);
    }
    return { ok: true, messages };
  }

  async function sayThatItIsCutOff(why: SendTrouble, message: FileMessage, language: Language | null): Promise<void> {
    const content = world.renderNotice({ key: 'answer is cut off', why }, language);
    const transaction = `${message.transaction}.word`;
    await world.send({ ...message, transaction, msgtype: 'm.notice', content, replaces: null }, 'command');
  }

  return {
    async keep(room, turn, piece, markdown) {
      if (Buffer.byteLength(markdown) <= SHORT_ANSWER) return { markdown };
      const stored = piece === 0 ? `turn-${turn}` : `turn-${turn}-${piece}`;
      await world.answers.write(room, stored, markdown);
      world.reach('long answer stored');
      return { stored };
    },
    deliver: (room, params, effect, record) => inOrder(room, params.turn, () => deliver(room, params, effect, record)),
    deliverPush: (room, { answer }, effect, record) =>
      inOrder(room, null, () => deliver(room, { answer, preview: null, answers: null }, effect, record)),
    behind,
    forget(room, answer) {
      if ('markdown' in answer) return;
      world.answers.remove(room, answer.stored).catch((error: unknown) => {
        world.log.warn({ room, answer: answer.stored, error }, 'delivered answer could not be removed');
      });
    },
  };
}

/** The deliveries of one room one after the other, so that the parts of each stand together. */
function createOrder() {
  /** What is under way in each room: whatever else its turn has to say comes behind it. */
  const underWay = new Map<RoomId, { turn: TurnId | null; over: Promise<void> }>();

  return {
    inOrder(room: RoomId, turn: TurnId | null, act: () => Promise<Result>): Promise<Result> {
      const before = underWay.get(room)?.over;
      const delivered = before === undefined ? act() : before.then(act);
      const delivering = { turn, over: delivered.then(over, over) };
      underWay.set(room, delivering);
      return delivered;

      function over(): void {
        if (underWay.get(room) === delivering) underWay.delete(room);
      }
    },
    behind(room: RoomId, turn: TurnId | undefined): Promise<void> | null {
      const delivering = underWay.get(room);
      return delivering !== undefined && delivering.turn === turn ? delivering.over : null;
    },
  };
}

/** What follows the first message of an answer needs no word of which one it answers. */
function inThreadOf(relation: Relation | undefined): Relation | undefined {
  return relation?.thread === undefined ? undefined : { thread: relation.thread };
}
