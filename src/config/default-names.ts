/** What the bot calls Spaces and chats where the operator does not say it. */
import type { Language } from '../../machines/language.ts';

/** What they are called; `{name}` is the name of the person, `{number}` the number of the chat. */
export interface Names {
  space: string;
  chat: string;
}

export const defaultNames: Record<Language, Names> = {
  en: { space: "{name}'s agents", chat: 'Chat {number}' },
  ru: { space: '{name}: агенты', chat: 'Чат {number}' },
};

/** What they are called for people who are spoken to in this language; null: the operator does not say it. */
export function namesIn(language: Language, { space, chat }: { [Name in keyof Names]: string | null }): Names {
  const defaults = defaultNames[language];
  return { space: space ?? defaults.space, chat: chat ?? defaults.chat };
}
