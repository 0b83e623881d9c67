/** Take it where an entry room answers: its words, in which links to rooms are only their text. */
import type { Notice } from '../../machines/notices.ts';
import { RoomId } from '../../machines/ids.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';

/** A body in which links to rooms are only their text. */
export function unlinked(body: string): string {
  return body.replace(/\[([^\]\n]*)\]\(https:\/\/matrix\.to\/#\/[^)]*\)/g, '$1');
}

const room = RoomId.parse('!any:test');
const words = (notice: Notice) => unlinked(renderNotice(en)(notice).body);

/** The word that a chat is made, without its link. */
export function ready(chat: string, number: number, encrypted = false): string {
  return words({ key: 'chat is ready', chat, number, room, encrypted });
}

/** The word where the chats are, without their links. `invited`: how many invitations were sent. */
export function restored(invited: number, chats: readonly string[], encrypted = false): string {
  const list = chats.map((name, index) => ({ number: index + 1, name, archived: false, room }));
  return words({ key: 'access is restored', chats: chats.length, list, invited, encrypted });
}
