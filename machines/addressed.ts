/** Who is meant where several speak. */
import { inTheDialog } from './dialogs.ts';
import type { RoomEvent } from './room.events.ts';
import type { RoomContext } from './room.model.ts';

/** Whether words said among others are for the bot: they say so, or they are what only it understands. */
export function isToTheBot(context: RoomContext, event: RoomEvent): boolean {
  const { person, question, dialog } = context;
  if ('addressed' in event && event.addressed === true) return true;
  if (event.type === 'text.received') {
    const { sender, replyTo } = event.text;
    if (sender !== person) return false;
    if (replyTo !== null) return replyTo === question?.shown || replyTo === dialog?.shown;
    // The list asks for a bare number. A bare yes may be for anybody.
    return dialog?.about === 'a save to load' && inTheDialog(context, event) !== event;
  }
  return (
    event.type.startsWith('command.') &&
    event.type !== 'command.unknown' &&
    'sender' in event &&
    event.sender === person
  );
}
