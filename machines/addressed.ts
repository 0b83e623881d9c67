/** Who is meant where several speak. */
import type { RoomEvent } from './room.events.ts';
import type { RoomContext } from './room.model.ts';

/** Whether words said among others are for the bot: they say so, or they are what only it understands. */
export function isToTheBot({ person, question }: RoomContext, event: RoomEvent): boolean {
  if ('addressed' in event && event.addressed === true) return true;
  if (event.type === 'text.received') {
    const { sender, replyTo } = event.text;
    return sender === person && replyTo !== null && replyTo === question?.shown;
  }
  return (
    event.type.startsWith('command.') &&
    event.type !== 'command.unknown' &&
    'sender' in event &&
    event.sender === person
  );
}
