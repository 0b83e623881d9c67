/** Whole answers: kept until they are delivered, delivered part by part, forgotten afterwards. */
import type { RoomId, TurnId } from '../../../machines/ids.ts';
import type { Answer, RoomContext } from '../../../machines/room.model.ts';
import type { RoomEffectParams } from '../../../machines/room.effects.ts';
import type { Effect, Result } from '../../durable/definition.ts';
import type { Admit } from '../../durable/effect-runner.ts';
import type { Envelope } from '../../durable/record.ts';
import type { Answers, Log, RenderAnswer, Send } from '../../ports.ts';
import type { Reach } from '../boundaries.ts';

/** An answer up to this many bytes of Markdown stands in the record itself. */
const SHORT_ANSWER = 8_000;

export interface DeliveryWorld {
  send: Send;
  answers: Omit<Answers, 'names'>;
  renderAnswer: RenderAnswer;
  log: Log;
  reach: Reach;
}

export interface Delivery {
  keep(room: RoomId, turn: TurnId, markdown: string): Promise<Answer>;
  deliver(
    room: RoomId,
    params: RoomEffectParams['deliver the answer'],
    effect: Effect,
    record: Envelope<RoomContext>,
  ): Promise<Result>;
  /** It is delivered, and the room knows. */
  forget(room: RoomId, answer: Answer): void;
}

export function createDelivery(world: DeliveryWorld, admit: Admit<RoomId>): Delivery {
  return {
    async keep(room, turn, markdown) {
      if (Buffer.byteLength(markdown) <= SHORT_ANSWER) return { markdown };
      const stored = `turn-${turn}`;
      await world.answers.write(room, stored, markdown);
      world.reach('long answer stored');
      return { stored };
    },
    async deliver(room, { answer, preview, stands, answers }, effect, record) {
      const markdown = 'markdown' in answer ? answer.markdown : await world.answers.read(room, answer.stored);
      if (markdown === null) return { ok: false, code: 'ANSWER_GONE', detail: 'the stored answer is missing' };
      let index = -1;
      for (const content of world.renderAnswer(markdown)) {
        if (++index < effect.cursor) continue;
        if (index > effect.cursor) admit(room, { kind: 'partly settled', effect: effect.id, cursor: index });
        if (index === 0 && stands !== undefined) continue;
        const transaction = `${transactionOf(record, effect)}.${index}`;
        const { since, device } = effect;
        const message = { room, transaction, content, answers, since, device };
        const replaces = index === 0 ? preview : null;
        const receipt = await world.send({ ...message, msgtype: 'm.text', replaces }, 'final');
        if (!receipt.ok) return receipt;
      }
      return { ok: true };
    },
    forget(room, answer) {
      if ('markdown' in answer) return;
      world.answers.remove(room, answer.stored).catch((error: unknown) => {
        world.log.warn({ room, answer: answer.stored, error }, 'delivered answer could not be removed');
      });
    },
  };
}

/** Stays the same on every try of an effect. */
export function transactionOf({ origin }: Pick<Envelope, 'origin'>, { id }: Pick<Effect, 'id'>): string {
  return `${origin}.${id}`;
}
