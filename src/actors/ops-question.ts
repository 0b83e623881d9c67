/** What an operator wants who wrote `!ops`. Pure. */
import { EventId, RoomId } from '../../machines/ids.ts';
import { roomStates, type OpsQuestion, type RoomState } from '../ports/ops.ts';

export type Wanted =
  | { is: 'status' }
  | { is: 'rooms'; state: RoomState | 'busy' }
  | { is: 'why'; event: EventId; room: RoomId | null }
  | { is: 'unpark'; actor: string }
  /** `word`: what cannot be read; null where nothing is wrong. */
  | { is: 'usage'; word: string | null };

export function wantedIn({ words, replyTo, room }: OpsQuestion): Wanted {
  const [verb = '', ...rest] = words.split(/\s+/).filter((word) => word !== '');
  const about = rest.join(' ');
  switch (verb.toLowerCase()) {
    case '':
    case 'status':
      return { is: 'status' };
    case 'rooms': {
      const state = [...roomStates, 'busy' as const].find((one) => one === about.toLowerCase());
      if (state !== undefined || about === '') return { is: 'rooms', state: state ?? 'busy' };
      return { is: 'usage', word: about };
    }
    case 'why': {
      if (about === '' && replyTo !== null) return { is: 'why', event: replyTo, room };
      const meant = meantBy(about);
      return meant.event === null ? unread(about) : { is: 'why', event: meant.event, room: meant.room };
    }
    case 'unpark': {
      const actor = about.startsWith('@') ? about : meantBy(about).room;
      return actor === null ? unread(about) : { is: 'unpark', actor };
    }
    case 'help':
      return { is: 'usage', word: null };
    default:
      return { is: 'usage', word: verb };
  }
}

function unread(about: string): Wanted {
  return { is: 'usage', word: about === '' ? null : about };
}

/** The room and the event that ids, or a link to a message, name (matrix.to; Matrix URIs). */
function meantBy(written: string): { room: RoomId | null; event: EventId | null } {
  const [, uriRoom, uriEvent] = /^matrix:roomid\/([^/?\s]+)(?:\/e\/([^/?\s]+))?/i.exec(written) ?? [];
  const text = decoded(uriRoom === undefined ? written : `!${uriRoom}${uriEvent === undefined ? '' : ` $${uriEvent}`}`);
  const [room] = /![^/?\s]+/.exec(text) ?? [];
  const [event] = /\$[^?\s]+/.exec(text) ?? [];
  return { room: RoomId.safeParse(room).data ?? null, event: EventId.safeParse(event).data ?? null };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
