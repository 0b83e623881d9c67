/** What a room hears of an effect that is done, or refused for good. */
import { z } from 'zod';
import { FileTrouble, SendFailure } from '../../machines/files.ts';
import { EventId } from '../../machines/ids.ts';
import { tellsOfTheLine } from '../../machines/room-queue.ts';
import { dialogAskedBy } from '../../machines/room-saves.ts';
import type { RoomEffectParams } from '../../machines/room.effects.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { Company } from '../../machines/room.model.ts';
import type { Result } from '../durable/definition.ts';
import type { OutboxItem } from '../durable/record.ts';

export function settled(item: OutboxItem, result: Result): RoomEvent | null {
  switch (item.type as keyof RoomEffectParams) {
    case 'deliver the answer': {
      const { turn, answer, answers, piece = 0 } = item.params as unknown as RoomEffectParams['deliver the answer'];
      return result.ok
        ? { type: 'answer.delivered', turn, piece, of: answers, messages: messagesIn(result) }
        : { type: 'answer.refused', turn, piece, answer, answers, code: result.code };
    }
    case 'deliver the push': {
      const { agent, person, files } = item.params as unknown as RoomEffectParams['deliver the push'];
      return { type: 'push.delivered', agent, person, files };
    }
    case 'say': {
      const { notice, answers, turn, about: text, task } = item.params as unknown as RoomEffectParams['say'];
      const eventId = EventId.safeParse(result.ok ? result.eventId : undefined).data;
      if (task !== undefined) return { type: 'task.told', task, eventId: eventId ?? null };
      if (notice.key === 'agent asks')
        return eventId === undefined ? null : { type: 'question.shown', eventId, asks: notice.text };
      const about = dialogAskedBy(notice);
      if (about !== undefined) return eventId === undefined ? null : { type: 'dialog.shown', eventId, about };
      if (notice.key === 'working')
        return eventId === undefined || turn === undefined ? null : { type: 'work.shown', turn, eventId };
      const of = text ?? (turn === undefined ? null : answers);
      if (of !== null) return eventId === undefined ? null : { type: 'word.shown', of, eventId };
      if (notice.key === 'files wait')
        return eventId === undefined ? { type: 'tray.refused' } : { type: 'tray.shown', eventId };
      if (!tellsOfTheLine(notice)) return null;
      return eventId === undefined ? { type: 'line.refused' } : { type: 'line.shown', eventId };
    }
    case 'fetch the file': {
      const { file, agent, person } = item.params as unknown as RoomEffectParams['fetch the file'];
      const lies = result.ok ? Fetched.safeParse(result).data : undefined;
      if (lies !== undefined) return { type: 'file.fetched', file, agent, person, ...lies };
      const why = FileTrouble.safeParse(result.ok ? undefined : result.code).data ?? 'cannot write';
      return { type: 'file.refused', file, agent, why };
    }
    case 'send the files': {
      const { answers, paths, isAll } = item.params as unknown as RoomEffectParams['send the files'];
      const failed = (result.ok ? z.array(SendFailure).safeParse(result['failed']).data : null) ?? [];
      const isNothing = isAll === true && failed.length === paths.length;
      return { type: 'files.sent', answers, failed, ...(isNothing && { nothing: true }) };
    }
    case 'mark the message': {
      const { of } = item.params as unknown as RoomEffectParams['mark the message'];
      const mark = EventId.safeParse(result.ok ? result.eventId : undefined).data;
      return mark === undefined ? null : { type: 'text.marked', of, mark };
    }
    case 'join the room': {
      const { greet } = item.params as unknown as RoomEffectParams['join the room'];
      if (!result.ok) return { type: 'join.refused', code: result.code };
      if (!greet) return null;
      const company = Company.safeParse(result.company).data;
      if (company === 'declined') return { type: 'company.declined' };
      return { type: 'room.joined', ...(company === 'accepted' && { company: true }) };
    }
    case 'leave the room':
      return { type: 'room.given up' };
    case 'tell the person': {
      const { wish } = item.params as unknown as RoomEffectParams['tell the person'];
      return wish.type === 'chat.gone' ? { type: 'person.told' } : null;
    }
    case 'set the name': {
      const { name } = item.params as unknown as RoomEffectParams['set the name'];
      return result.ok ? { type: 'name.set', name } : { type: 'name.refused', name, code: result.code };
    }
    default:
      return null;
  }
}

/** Where a file lies that was fetched. */
const Fetched = z.object({ path: z.string(), name: z.string(), bytes: z.number(), print: z.string() });

function messagesIn(result: Result & { ok: true }): EventId[] {
  return z.array(EventId).safeParse(result['messages']).data ?? [];
}
