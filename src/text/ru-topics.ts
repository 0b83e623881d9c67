/** What rooms say of themselves, in Russian. */
import type { TopicWords } from './notices.ts';

export const topics: TopicWords = {
  space: 'Твои чаты. Напиши !new в любом из них, чтобы начать ещё один.',
  chat: (number, agent) => `Чат ${number}, здесь отвечает ${agent}. Команды покажет !help.`,
};
