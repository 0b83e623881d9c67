import type { Answers } from '../ports.ts';
import { replaceFile, type Writing } from './atomic-file.ts';
import { readText } from './json-file.ts';
import { hashOf, openShardedFolder } from './sharded-folder.ts';

/**
 * Long answers as files `ab/<40 hex digits of sha256(room)>.<name>.md`, replaced in one step.
 * A name has 1 to 100 letters, digits, dots, dashes and underscores; another one throws `RangeError`.
 */
export async function openAnswers(folder: string, writing: Writing): Promise<Answers> {
  const files = await openShardedFolder(folder, writing);
  const fileName = (room: string, name: string) => {
    if (!/^[\w.-]{1,100}$/.test(name)) throw new RangeError(`${JSON.stringify(name)} is no name for an answer.`);
    return `${hashOf(room)}.${name}.md`;
  };
  return {
    async write(room, name, markdown) {
      await files.put(fileName(room, name), (file) => replaceFile(file, markdown, writing));
    },
    read: async (room, name) => readText(files.pathOf(fileName(room, name))),
    remove: async (room, name) => files.remove(fileName(room, name)),
  };
}
