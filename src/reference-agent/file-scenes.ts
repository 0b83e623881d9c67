/** What the script does with files: of the person, and for them. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolder } from '../basics/make-folder.ts';
import { readWithin, writeWithin } from '../workspace/confined.ts';
import { partsOf, sizeOf } from './attachments.ts';
import { AgentError } from './frames.ts';
import type { Turn } from './run.ts';
import { picture, sound } from './samples-of-media.ts';
import { quote, stream, type Stage } from './stage.ts';

export async function playFiles(turn: Turn, stage: Stage): Promise<void> {
  const sizes = await Promise.all(turn.attachments.map((path) => sizeOf(stage.workspace, path)));
  const list = turn.attachments.map((path, index) => {
    const bytes = sizes[index] ?? null;
    return `- ${quote(path)} (${bytes === null ? 'I cannot find it' : `${bytes} bytes`})`;
  });
  const lines = list.length === 0 ? ['No files came with your message.'] : ['With your message came:', '', ...list];
  await stream(turn, stage, `${lines.join('\n')}\n`);
}

/** What `check-agents --files` asks for: only an agent that works in the same folder as the bot can do it. */
export async function playCopy(turn: Turn, stage: Stage, argument: string): Promise<void> {
  const [written = ''] = turn.attachments;
  const [, copy = ''] = COPY.exec(argument) ?? [];
  const from = partsOf(written);
  if (from === null) return stream(turn, stage, 'No file came with your message.');
  const found = await readWithin(stage.workspace, from, MOST_COPIED);
  if (found.is !== 'file') throw new AgentError('FILE_NOT_FOUND', `There is no file ${written} in my workspace.`);
  await write(stage, copy, found.content.toString());
  turn.send({ type: 'AGENT_EVENT_SEND_FILE', path: copy });
  await stream(turn, stage, `I copied it to “${quote(copy)}” for you.`);
}

export const COPY = /^copy the attached file(?: \S+)? to (\S+)(?:\s|$)/i;
const MOST_COPIED = 1024 * 1024;

/** Whatever is named: what lies outside the workspace is the bot's to refuse. */
export async function playSend(turn: Turn, stage: Stage, path: string): Promise<void> {
  if (path === '') return stream(turn, stage, 'Which file? Write `send <path>`.');
  turn.send({ type: 'AGENT_EVENT_SEND_FILE', path });
  await stream(turn, stage, `I sent “${quote(path)}”.`);
}

export async function playWrite(turn: Turn, stage: Stage, argument: string): Promise<void> {
  const [, path = '', text = ''] = /^(\S+)\s+([^]+)$/.exec(argument) ?? [];
  if (path === '') return stream(turn, stage, 'Write `write <path> <text>`.');
  await write(stage, path, text);
  turn.send({ type: 'AGENT_EVENT_SEND_FILE', path });
  await stream(turn, stage, `I wrote “${quote(path)}” for you.`);
}

export async function playFile(turn: Turn, stage: Stage): Promise<void> {
  const name = `note-${randomUUID().slice(0, 8)}.txt`;
  await write(stage, name, 'This file was written by the reference agent.\n');
  turn.send({ type: 'AGENT_EVENT_SEND_FILE', path: name });
  await stream(turn, stage, `I wrote \`${name}\` for you.`);
}

/** An answer of two files, whatever came with the message. */
export async function playMedia(turn: Turn, stage: Stage): Promise<void> {
  const id = randomUUID().slice(0, 8);
  makeFolder(stage.workspace, 0o777);
  for (const [name, content] of [[`picture-${id}.png`, picture()] as const, [`sound-${id}.wav`, sound()] as const]) {
    // It must be new: no link in its place is followed.
    await writeFile(join(stage.workspace, name), content, { flag: 'wx' }).catch((error: unknown) => {
      throw Object.assign(new AgentError('FILE_NOT_WRITTEN', 'I cannot write that file.'), { cause: error });
    });
    turn.send({ type: 'AGENT_EVENT_SEND_FILE', path: name });
  }
  const came = turn.attachments.map((path) => `- ${quote(basename(path))}\n`);
  const list = came.length === 0 ? '' : `I got your files:\n\n${came.join('')}\n`;
  await stream(turn, stage, `${list}I drew a picture and recorded a sound for you.`);
}

async function write({ workspace }: Stage, path: string, text: string): Promise<void> {
  const parts = partsOf(path);
  if (parts === null) throw new AgentError('FILE_NOT_WRITTEN', 'That is no path in my workspace.');
  makeFolder(workspace, 0o777);
  await writeWithin(workspace, parts, text).catch((error: unknown) => {
    throw Object.assign(new AgentError('FILE_NOT_WRITTEN', 'I cannot write that file.'), { cause: error });
  });
}
