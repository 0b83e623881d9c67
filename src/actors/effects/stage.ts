/** Puts a growing answer into its room: the first text once, edits as they can be had, and no doubt left behind. */
import type { EventId, RoomId } from '../../../machines/ids.ts';
import type { Growth, Now, Outgoing, RenderPreview, Send, SendDisposable } from '../../ports.ts';
import type { Shown, Stage } from './live-answer.ts';

export interface StageWorld {
  send: Send;
  sendDisposable: SendDisposable;
  renderPreview: RenderPreview;
  now: Now;
}

export interface Scene {
  room: RoomId;
  /** The same for all tries of one turn, so that the first text appears once. */
  transaction: string;
  answers: EventId;
}

export function createStage(world: StageWorld, { room, transaction, answers }: Scene, shown: Stage['shown']): Stage {
  const since = world.now();
  /** What may or may not be in the room. */
  let doubtful: Outgoing | null = null;
  let edits = 0;

  function message(id: string, markdown: string, growth: Growth, replaces: EventId | null): Outgoing {
    const content = world.renderPreview(markdown, growth);
    const message = {
      room,
      transaction: id,
      msgtype: 'm.text' as const,
      content,
      replaces,
      answers,
      since,
      device: null,
    };
    return replaces === null ? message : { ...message, isPassing: true };
  }

  async function attempt(next: Outgoing): Promise<Shown> {
    const receipt = await world.sendDisposable(next);
    doubtful = !receipt.ok && receipt.code === 'unknown' ? next : null;
    return receipt;
  }

  return {
    show: (markdown, growth) =>
      doubtful === null ? attempt(message(transaction, markdown, growth, null)) : clearFirst(doubtful),
    edit: (target, markdown, growth) =>
      attempt(message(`${transaction}.${since.toString(36)}.${++edits}`, markdown, growth, target)),
    async clearDoubt() {
      if (doubtful === null) return;
      const receipt = await world.send(doubtful, 'edit');
      if (doubtful.replaces === null && receipt.ok) shown(receipt.eventId);
      doubtful = null;
    },
    shown,
  };

  async function clearFirst(first: Outgoing): Promise<Shown> {
    const receipt = await world.send(first, 'edit');
    doubtful = null;
    return receipt;
  }
}
