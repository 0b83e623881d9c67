/** What is kept of conversations under names: files of the workspace, each person's in a folder of their own. */
import { z } from 'zod';
import type { UserId } from '../../machines/ids.ts';
import { makeFolder } from '../basics/make-folder.ts';
import { readWithin, writeWithin } from '../workspace/confined.ts';
import type { Parts } from '../workspace/folder-handle.ts';
import { personFolder } from '../workspace/person-folder.ts';
import { MOST_BYTES } from '../workspace/saves.ts';
import { AgentError } from './frames.ts';
import { Said } from './memory.ts';

export interface Saves {
  keep(user: UserId, name: string, memory: readonly Said[]): Promise<void>;
  /** Null where this person has none of that name. */
  find(user: UserId, name: string): Promise<Said[] | null>;
  /** The same for a file that a prompt names. */
  write(parts: Parts, memory: readonly Said[]): Promise<void>;
  read(parts: Parts): Promise<Said[] | null>;
}

const Memory = z.array(Said);

export function createSaves(workspace: string): Saves {
  async function write(parts: Parts, memory: readonly Said[]): Promise<void> {
    const content = `${JSON.stringify(memory, null, 2)}\n`;
    if (Buffer.byteLength(content) > MOST_BYTES) {
      throw new AgentError('CONTEXT_TOO_BIG', 'This conversation is too long to be kept.');
    }
    makeFolder(workspace, 0o777);
    await writeWithin(workspace, parts, content);
  }

  async function read(parts: Parts): Promise<Said[] | null> {
    makeFolder(workspace, 0o777);
    const found = await readWithin(workspace, parts, MOST_BYTES);
    if (found.is === 'nothing') return null;
    const memory = found.is === 'file' ? Memory.safeParse(parseJson(found.content.toString())).data : undefined;
    if (memory === undefined) throw new AgentError('CONTEXT_UNREADABLE', 'The agent cannot read that save.');
    return memory;
  }

  const partsOf = (user: UserId, name: string): Parts => ['contexts', personFolder(user), `${name}.json`];
  return {
    keep: (user, name, memory) => write(partsOf(user, name), memory),
    find: (user, name) => read(partsOf(user, name)),
    write,
    read,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
