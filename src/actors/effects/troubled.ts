/** The word to a room that its actor, or that of its person, failed too often: once, and not from a record. */
import type { EventId, RoomId } from '../../../machines/ids.ts';
import type { Language } from '../../../machines/language.ts';
import type { Now, RenderNotice, Send } from '../../ports.ts';

interface TroubledWorld {
  send: Send;
  renderNotice: RenderNotice;
  now: Now;
  /** What its person chose to be spoken to in; null: nothing, or nobody knows. */
  languageIn(room: RoomId): Language | null;
}

/** `answers`: what the person said there; null for nothing. */
export function sayTroubledIn(world: TroubledWorld, room: RoomId, answers: EventId | null): void {
  const since = world.now();
  const content = world.renderNotice({ key: 'room is troubled' }, world.languageIn(room));
  const transaction = `troubled.${since.toString(36)}`;
  const message = { room, answers, transaction, content, replaces: null, since, device: null };
  world.send({ ...message, msgtype: 'm.notice' }, 'notice').catch(() => {});
}
