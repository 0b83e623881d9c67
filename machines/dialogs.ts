/** What a word means while a question of our own is open: `!yes` and `!no` go there first, a number chooses. */
import { wordIn } from './consent.ts';
import { writtenIn, type Written } from './message.ts';
import type { RoomEvent } from './room.events.ts';
import type { Dialog, RoomContext } from './room.model.ts';

/** Only ASCII digits are a number (CTX-29, O-32). */
const NUMBER = /^\d{1,6}$/;

/** What the chart hears of it; any other event as it is. */
export function inTheDialog({ dialog, person }: RoomContext, event: RoomEvent): RoomEvent {
  if (dialog === null) return event;
  switch (event.type) {
    case 'command.yes':
      return accepted(dialog, event);
    case 'command.no':
    case 'command.cancel':
      return { type: 'dialog.declined', ...writtenIn(event) };
    case 'message.reacted': {
      const { of, key, eventId, sender } = event;
      const word = of === dialog.shown && sender === person ? wordIn(key) : null;
      return word === null ? event : answered(dialog, word, { eventId, sender, replyTo: of, reaction: true });
    }
    case 'text.received':
      return inAText(dialog, event);
    default:
      return event;
  }
}

/** Where a word is wanted before an agent forgets, `!clear` only asks for it; what stands behind it is not for this agent. */
export function askedBefore([first, ...behind]: RoomEvent[]): RoomEvent[] {
  if (first === undefined) return [];
  if (first.type !== 'command.clear') return [first, ...behind];
  const { contextId } = first;
  return [
    { type: 'clear.wanted', ...writtenIn(first), contextId },
    ...behind.map((each): RoomEvent => {
      if (each.type !== 'text.received') return each;
      return { type: 'words.left', ...writtenIn(first), command: 'clear', words: each.text.body, done: true };
    }),
  ];
}

/** A bare number or word that answers nothing else; other texts pass on. */
function inAText(dialog: Dialog, event: Extract<RoomEvent, { type: 'text.received' }>): RoomEvent {
  const { body, replyTo, eventId, sender, thread } = event.text;
  if (replyTo !== null && replyTo !== dialog.shown) return event;
  const said = { eventId, sender, ...(thread !== undefined && { thread }) };
  const written = body.trim();
  if (dialog.about === 'a save to load') {
    if (!NUMBER.test(written)) return event;
    const number = Number(written);
    return number === 0 ? { type: 'dialog.declined', ...said } : { type: 'choice.made', ...said, number };
  }
  const word = wordIn(body);
  return word === null ? event : answered(dialog, word, said);
}

function answered(dialog: Dialog, word: 'yes' | 'no', said: Written): RoomEvent {
  return word === 'yes' ? accepted(dialog, said) : { type: 'dialog.declined', ...writtenIn(said) };
}

function accepted(dialog: Dialog, said: Written): RoomEvent {
  const written = writtenIn(said);
  const { reaction, replyTo } = said;
  const byReaction = reaction === true ? { reaction, replyTo } : {};
  if (dialog.about !== 'a clear') return { type: 'dialog.accepted', ...written, ...byReaction };
  return { type: 'command.clear', ...written, contextId: dialog.contextId };
}
