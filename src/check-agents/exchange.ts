/**
 * Whether an agent works in the folder that the service takes for its workspace: a file is put there as those of people are,
 * and the agent is asked for a copy of it (WSP-11, A-28). One side alone cannot see it; an agent that names the very file
 * may never have seen it.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import { EventId, MxcUri, type AgentId } from '../../machines/ids.ts';
import type { TrayFile } from '../../machines/files.ts';
import { describeError } from '../basics/describe-error.ts';
import { oneLine } from '../basics/visible.ts';
import type { IncomingFiles, OutgoingFiles, PersonFile } from '../ports/files.ts';
import { openFolder } from '../workspace/folder-handle.ts';
import { folderOf } from '../workspace/layouts.ts';
import { converse, message, type Heard, type World } from './converse.ts';
import { ROOM, SOMEBODY } from './somebody.ts';

export interface Folders {
  /** What this side calls the workspace. */
  folderOf(agent: AgentId): string;
  incoming: IncomingFiles;
  outgoing: OutgoingFiles;
}

export type Exchange =
  | { is: 'shared'; ms: number }
  | { is: 'not shared' | 'different' | 'not told' | 'not written'; says: string }
  | { is: 'not asked'; heard: Heard };

const MOST_BYTES = 1024 * 1024;
const SAID_CHARACTERS = 200;

/** Removes what it wrote and what it had the agent write, however it ends. */
export async function exchangeFile(world: World, folders: Folders, agent: AgentId): Promise<Exchange> {
  const name = `check-${randomBytes(4).toString('hex')}`;
  const content = Buffer.from(`${randomBytes(32).toString('hex')}\n`);
  const file: PersonFile = {
    ...{ agent, person: SOMEBODY, room: ROOM, id: EventId.parse(`$check-${randomUUID()}`), kind: 'file' },
    ...{ name: `${name}.txt`, mime: 'text/plain', at: Date.now() },
  };
  const brought = await folders.incoming.bring(file, oneOf(content), { mostBytes: MOST_BYTES });
  if (brought.is === 'not') {
    return { is: 'not written', says: `no file could be put there (${brought.why}): ${brought.detail}` };
  }
  const sent: Sent = { folders, agent, content, path: brought.path, copy: `${name}-copy.txt` };
  try {
    await folders.incoming.settle(file);
    return await judge(await askFor(world, file, { there: brought, copy: sent.copy }), sent);
  } finally {
    for (const path of [brought.path, sent.copy]) await folders.incoming.remove({ ...brought, agent, path });
    await removeFolders(folders.folderOf(agent), brought.path);
  }
}

async function* oneOf(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content;
}

function askFor(
  world: World,
  file: PersonFile,
  { there, copy }: { there: { path: string; bytes: number; print: string }; copy: string },
): Promise<Heard> {
  const inTray: TrayFile = {
    ...{ event: file.id, name: file.name, type: 'document', mime: file.mime, at: file.at, there },
    url: MxcUri.parse('mxc://roomkeeper.invalid/check'),
  };
  const words = `Please copy the attached file ${there.path} to ${copy} and send me the copy, unchanged. This only tests the folder that we share.`;
  return converse(world, file.agent, message(words, [inTray]));
}

interface Sent {
  folders: Folders;
  agent: AgentId;
  content: Buffer;
  path: string;
  /** What the copy is to be called. */
  copy: string;
}

async function judge(heard: Heard, sent: Sent): Promise<Exchange> {
  const folder = sent.folders.folderOf(sent.agent);
  if (heard.failure?.why === 'files-unseen') {
    return { is: 'not shared', says: `the agent says that it has no ${sent.path}, which is in ${folder}. ${MEND}` };
  }
  if (heard.failure !== null) return { is: 'not asked', heard };
  const found = await Promise.all(heard.files.map((written) => lookAt(written, sent)));
  if (found.some(({ is }) => is === 'shared')) return { is: 'shared', ms: heard.endMs ?? 0 };
  return found[0] ?? { is: 'not told', says: `the agent ended without sending a copy; ${itSaid(heard)}` };
}

const MEND =
  'Mount the same volume on both sides: in the container of the agent its own folder as /workspace, here as workspace_path.';

/** An agent that talks may say what is wrong. */
function itSaid({ words }: Heard): string {
  const said = oneLine(words, SAID_CHARACTERS);
  return said === '' ? 'it said nothing' : `it said: ${said}`;
}

async function lookAt(written: string, sent: Sent): Promise<Exchange> {
  const { folders, agent, content } = sent;
  const what = oneLine(written, SAID_CHARACTERS);
  const opened = await folders.outgoing.open({ agent, person: SOMEBODY, path: written }, { mostBytes: MOST_BYTES });
  if (opened.is === 'refused') {
    if (opened.why === 'missing') {
      return { is: 'not shared', says: `the agent sends ${what}, which is not in ${folders.folderOf(agent)}. ${MEND}` };
    }
    return { is: 'different', says: `what it sends (${what}) is not taken from an agent: ${opened.why}` };
  }
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.read()) pieces.push(piece);
    const copied = Buffer.concat(pieces);
    if (!copied.equals(content)) {
      if (opened.name === sent.copy) await removeCopy(sent, copied);
      return { is: 'different', says: `what it sends (${what}) is not what it was given` };
    }
    if (opened.name === path.posix.basename(sent.path)) return { is: 'not told', says: SAME_PATH };
    return { is: 'shared', ms: 0 };
  } catch (error) {
    return { is: 'different', says: `what it sends (${what}) cannot be read: ${describeError(error)}` };
  } finally {
    await opened.close();
  }
}

const SAME_PATH =
  'the agent sends the very file that it was given, not a copy: that it knows the path does not show that it has the file';

/** It is another file than that of the check, but its name is of the check alone. */
async function removeCopy({ folders, agent, copy }: Sent, content: Buffer): Promise<void> {
  const print = createHash('sha256').update(content).digest('hex');
  await folders.incoming.remove({ agent, path: copy, bytes: content.length, print });
}

/** Those that only this check has made, as far as they are empty. */
async function removeFolders(root: string, file: string): Promise<void> {
  const parts = path.posix.dirname(file).split('/');
  const from = parts.indexOf(folderOf(SOMEBODY));
  if (from === -1) return;
  for (let length = parts.length; length > from; length--) {
    await removeFolder(root, parts.slice(0, length)).catch(() => undefined);
  }
}

/** The agent may have put a link in the place of one on the way. */
async function removeFolder(root: string, parts: readonly string[]): Promise<void> {
  const outer = await openFolder(root, parts.slice(0, -1));
  try {
    await rmdir(outer.at(parts.at(-1) ?? ''));
  } finally {
    await outer.close();
  }
}
