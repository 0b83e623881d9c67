/** Take it for rooms that the earlier bot made, and for asking in them. */
import { unlinked } from './entry-words.ts';
import type { Operator } from './operator.ts';
import type { Person } from './people.ts';

/** Made for somebody, who is in it. */
export async function oldRoom(boss: Operator, someone: Person, called: string, space = false): Promise<string> {
  const type = space ? { creation_content: { type: 'm.space' } } : {};
  const body = { preset: 'private_chat', name: called, invite: [someone.userId], ...type };
  const { room_id: room } = await boss.post<{ room_id: string }>('/createRoom', body);
  await someone.client.joinRoom(room);
  return room;
}

/** Says it to the bot, which answers with these words; where a word is a link does not matter. */
export async function ask(someone: Person, room: string, text: string, answer: string): Promise<void> {
  await someone.say(room, text);
  await someone.message(room, (m) => unlinked(m.body) === unlinked(answer));
}
