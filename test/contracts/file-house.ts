/** Take it for stories of files: people with an agent, its workspace, and a gate to the homeserver in between. */
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Notice } from '../../machines/notices.ts';
import { UserId } from '../../machines/ids.ts';
import { defaultPolicy } from '../../src/config/policy.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { temporaryFolder, type BotOptions } from '../support/bot.ts';
import { startGate } from '../support/gate.ts';
import type { Person } from '../support/people.ts';
import type { Message } from '../support/room-view.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import type { World } from './world.ts';

const usual = defaultPolicy(UserId.parse('@bot:example.org'));

/** `most`: of `policy.files.max_bytes`, where it is not the default. */
export const words = (notice: Notice, most = usual.files.maxBytes) =>
  renderNotice(en)(notice.key === 'files wait' ? { ...notice, most } : notice).body;

/** What is said of files that wait: their names with their sizes. */
export const waits = (...files: [string, number | null][]): string =>
  words({ key: 'files wait', files: files.map(([name, size]) => ({ name, bytes: size })), failed: [] });

/** Answers every text, and sends these files with each. */
export const answering =
  (...files: string[]): AgentScript =>
  async (connection) => {
    connection.send(STATUS);
    for (;;) {
      const { text } = await connection.next();
      connection.send(chunk(`Answer to ${String(text)}`));
      for (const file of files) connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: file });
      connection.send(END);
    }
  };

export const bytes = (text: string) => Buffer.from(text);

export function createFileHouse(world: World) {
  /** A folder of state in which the agent `a` has its workspace, and a gate to the homeserver. */
  async function house(script: AgentScript, more: Partial<BotOptions> = {}) {
    const [agent, folder, gate] = await Promise.all([
      world.agent(script),
      temporaryFolder(),
      startGate(world.homeserver().url),
    ]);
    world.later(async () => {
      await gate.close();
      await folder.remove();
    });
    const workspace = path.join(folder.path, 'workspace', 'a');
    mkdirSync(workspace, { recursive: true });
    const options = { agents: { a: agent.url }, stateDir: folder.path, homeserver: gate.url, ...more };
    return { agent, gate, workspace, options, stateDir: folder.path };
  }

  /** Ann has the agent for herself. */
  async function annAlone(script: AgentScript, more: Partial<BotOptions> = {}) {
    const ann = await world.person();
    const own = { userAgents: { [ann.userId]: 'a' }, access: { unmapped: 'deny' as const } };
    return { ann, ...(await house(script, { ...own, ...more })) };
  }

  return {
    house,
    annAlone,
    /** With a room with the bot. */
    async annAtHome(script: AgentScript, more: Partial<BotOptions> = {}) {
      const all = await annAlone(script, more);
      const bot = await world.bot(all.options);
      return { ...all, bot, room: await roomWith(all.ann, bot.userId) };
    },
  };
}

/** A room of theirs in which the bot said its first words. */
export async function roomWith(person: Person, bot: string): Promise<string> {
  const room = await person.createDm(bot);
  await person.message(room, (m) => m.sender === bot);
  return room;
}

/** The first message of these words, now or later. */
export async function says(person: Person, room: string, body: string): Promise<Message> {
  return person.message(room, (m) => m.body === body);
}

/** Says it and waits for what the bot says to it. */
export async function hears(person: Person, room: string, text: string, answer: string): Promise<void> {
  const known = new Set(person.timeline(room).map(({ eventId }) => eventId));
  await person.say(room, text);
  await person.message(room, (m) => !known.has(m.eventId) && m.body === answer);
}

/** What the agent was asked. */
export function asked(messages: readonly Record<string, unknown>[]): [unknown, string[] | undefined][] {
  return messages.map(({ text, attachments }) => [text, attachments as string[] | undefined]);
}

/** What the agent sees of a folder when it lists it. */
export function visible(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('.'));
}
