/** What rooms say of themselves, in English. */
import type { TopicWords } from './notices.ts';

export const topics: TopicWords = {
  space: 'Your chats. Write !new in one of them to start another.',
  chat: (number, agent) => `Chat ${number} with ${agent}. !help lists the commands.`,
};
