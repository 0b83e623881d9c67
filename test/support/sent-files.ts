/** Take it for the files that a person sends into a room, and for those that they find there. */
import type { Message } from './room-view.ts';
import type { Person } from './people.ts';

export interface PersonsFile {
  name: string;
  content: Uint8Array;
  mime?: string;
  msgtype?: 'm.file' | 'm.image' | 'm.audio' | 'm.video';
  /** What is said of it. */
  caption?: string;
  /** What its message says besides. */
  more?: Record<string, unknown>;
  /** Of the event. */
  type?: string;
}

/** Uploads it and gives its address. */
export async function uploaded(person: Person, { name, content, mime = 'text/plain' }: PersonsFile): Promise<string> {
  const blob = new Blob([new Uint8Array(content)], { type: mime });
  return (await person.client.uploadContent(blob, { name, type: mime })).content_uri;
}

/** As clients send it; `url`: where it is on the homeserver. Gives the id of the event. */
export async function sendFileAt(person: Person, room: string, url: string, file: PersonsFile): Promise<string> {
  const { name, content, mime = 'text/plain', msgtype = 'm.file', caption, more = {}, type = 'm.room.message' } = file;
  const said = caption === undefined ? { body: name } : { body: caption, filename: name };
  const message = { ...said, url, info: { mimetype: mime, size: content.length }, ...more };
  const whole = type === 'm.room.message' ? { msgtype, ...message } : message;
  return (await person.client.sendEvent(room, type as never, whole as never)).event_id;
}

export async function sendFile(person: Person, room: string, file: PersonsFile): Promise<string> {
  return sendFileAt(person, room, await uploaded(person, file), file);
}

/** What a message in the room brings, whole. */
export async function contentOf(person: Person, message: Message): Promise<Buffer> {
  const { url } = message.raw.content as { url: string };
  const place = `${person.client.getHomeserverUrl()}/_matrix/client/v1/media/download/${url.slice('mxc://'.length)}`;
  const response = await fetch(place, { headers: { authorization: `Bearer ${person.client.getAccessToken()}` } });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}
