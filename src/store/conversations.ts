/** What hosted agents remember, as rows: one document a conversation. */
import type { AgentId, ContextId } from '../../machines/ids.ts';
import type { Conversations, Damaged } from '../ports.ts';
import type { Database } from './database.ts';
import { parse } from './document.ts';

const WHICH = 'agent = ? AND context = ?';

export function openConversations(database: Database, damaged: Damaged): Conversations {
  const textOf = (agent: AgentId, context: ContextId): string | null => {
    const [row] = database.rows(`SELECT record FROM conversations WHERE ${WHICH}`, agent, context);
    return row === undefined ? null : String(row['record']);
  };
  return {
    read(agent, context) {
      const text = textOf(agent, context);
      return text === null ? null : { conversation: parse(text) };
    },
    write: async (agent, context, conversation) =>
      database.commit([
        [
          'INSERT OR REPLACE INTO conversations (agent, context, record) VALUES (?, ?, ?)',
          ...[agent, context, JSON.stringify(conversation)],
        ],
      ]),
    remove: async (agent, context) => database.commit([[`DELETE FROM conversations WHERE ${WHICH}`, agent, context]]),
    keepCopy: async (agent, context, why) =>
      damaged.keep({
        ...{ part: 'conversations', id: `${agent} ${context}`, document: textOf(agent, context) ?? '', why },
      }),
    names: async () =>
      database
        .rows('SELECT agent, context FROM conversations ORDER BY agent, context')
        .map(({ agent, context }) => ({ agent: String(agent) as AgentId, context: String(context) as ContextId })),
  };
}
