/** A database as the old bot left it: one table of keys and JSON values. */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AgentId, UserId } from '../../machines/ids.ts';
import type { Config } from '../../src/config/config.ts';
import { temporaryFolder } from '../store/support.ts';
import { botConfig, type BotOptions } from '../support/bot.ts';

export const ann = UserId.parse('@ann:example.org');
export const bob = UserId.parse('@bob:example.org');
export const me = UserId.parse('@bot:example.org');
export const one = AgentId.parse('one');

/** Values that are text stand there as they are. */
export type Rows = Record<string, unknown>;

export const chat = (person: string, id: string, platform: string | null, more: object = {}) => ({
  ...{
    room_type: 'chat',
    matrix_user_id: person,
    chat_id: id,
    display_name: `Чат ${id}`,
    space_id: `!space-${person.slice(1)}`,
  },
  ...(platform !== null && { platform_chat_id: platform }),
  ...{ agent_id: 'one', agent_assignment: 'configured', ...more },
});

export const line = (room: string, name: string, more: object = {}) => ({
  ...{ platform: 'matrix', surface_ref: room, name, ...more },
});

/** Two people with three chats, an entry room, and what no service needs. */
export const usual: Rows = {
  [`matrix_user:${ann}`]: { space_id: '!space-ann:example.org', next_chat_index: 4, selected_agent_id: 'one' },
  [`matrix_user:${bob}`]: { space_id: '!space-bob:example.org', next_chat_index: 2 },
  'matrix_room:!a1:example.org': chat(ann, 'C1', '11'),
  'matrix_room:!a2:example.org': chat(ann, 'C2', '12', {
    agent_assignment: 'default',
    default_agent_notice_sent: true,
  }),
  'matrix_room:!b1:example.org': chat(bob, 'C1', '21'),
  'matrix_room:!dm:example.org': {
    ...{ room_type: 'redirect', matrix_user_id: ann, redirect_room_id: '!a1:example.org', redirect_chat_id: 'C1' },
  },
  [`chat:${ann}:C1`]: line('!a1:example.org', 'Garden'),
  [`chat:${ann}:C2`]: line('!a2:example.org', 'Чат 2', { archived: true }),
  [`chat:${bob}:C1`]: line('!b1:example.org', 'Чат 1'),
  matrix_platform_chat_seq: { next_platform_chat_index: 42 },
  [`auth:${ann}`]: { state: 'confirmed' },
  [`settings:${ann}`]: {},
  'matrix_state:!a1:example.org': { state: 'idle' },
};

/** Writes it, closed as after a clean end, and gives the file. */
export function writeOldBot(
  folder: string,
  rows: Rows = usual,
  schema = 'CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL)',
): string {
  const file = path.join(folder, 'lambda_matrix.db');
  const connection = new DatabaseSync(file);
  connection.exec(schema);
  fill(connection, rows);
  connection.close();
  return file;
}

export function fill(connection: DatabaseSync, rows: Rows): void {
  const insert = connection.prepare('INSERT INTO kv (key, value) VALUES (?, ?)');
  connection.exec('BEGIN');
  for (const [key, value] of Object.entries(rows))
    insert.run(key, typeof value === 'string' ? value : JSON.stringify(value));
  connection.exec('COMMIT');
}

export async function oldBot(rows: Rows = usual): Promise<string> {
  return writeOldBot(await temporaryFolder(), rows);
}

export function configOf(stateDir: string, more: Partial<BotOptions> = {}): Config {
  return botConfig({
    ...{ homeserver: 'http://127.0.0.1:9', userId: me, password: 'x', stateDir, agents: { one: 'ws://127.0.0.1:9/' } },
    ...{ onboarding: { mode: 'spaces' }, ...more },
  });
}
