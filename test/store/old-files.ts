/** A state folder as versions before SQLite wrote it. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 40);

/** Writes a file of the old layout, and gives its path from the state folder. */
export async function writeOldFile(
  folder: string,
  part: string,
  { key, end = 'json', content }: { key: string; end?: string; content: string },
): Promise<string> {
  const name = `${hashOf(key)}.${end}`;
  const file = path.join(part, name.slice(0, 2), name);
  await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
  await writeFile(path.join(folder, file), content);
  return file;
}

export function writeOldRecord(folder: string, part: string, key: string, record: unknown): Promise<string> {
  return writeOldFile(folder, part, { key, content: JSON.stringify({ key, record }) });
}

export const oldHost = {
  ...{ version: 1, syncPosition: 's7', deviceId: 'DEVICE', userId: '@bot:test', memories: {} },
  ...{ lastContextId: '7', lastSyncAt: 5 },
};

/** Three rooms, of which one file is damaged, a person, letters, an answer, the host state, and what kills left behind. */
export async function writeOldFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const room of ['!a', '!b']) await writeOldRecord(folder, 'rooms', room, { room });
  await writeOldFile(folder, 'rooms', { key: '!c', content: '{"half":' });
  await writeOldFile(folder, 'rooms', { key: '!d', end: 'json.corrupt-1', content: '{' });
  await writeOldFile(folder, 'rooms', { key: '!a', end: 'json.0123456789ab.tmp', content: '{' });
  await writeOldRecord(folder, 'people', '@anna:test', { spaces: [1] });
  await writeOldRecord(folder, 'dead-letters', '!b', [{ id: '$1' }, { id: '$2' }]);
  await writeOldFile(folder, 'answers', { key: '!a', end: 'turn-1.md', content: '# Long' });
  await writeOldFile(folder, 'answers', { key: '!unknown', end: 'turn-1.md', content: '# Of nobody' });
  await writeFile(path.join(folder, 'host.json'), JSON.stringify(oldHost));
  await writeFile(path.join(folder, 'host.json.0123456789ab.tmp'), '');
  await writeFile(path.join(folder, 'lock-0123456789abcdef.sock'), '');
}
