/** The languages in which the bot speaks to people. */
import { z } from 'zod';

export const languages = ['en', 'ru'] as const;
export const Language = z.enum(languages);
export type Language = z.infer<typeof Language>;

/** What each one calls itself. */
export const languageNames: Record<Language, string> = { en: 'English', ru: 'русский' };

/** How people write it besides its code. */
const otherNames: Record<Language, readonly string[]> = {
  en: ['eng', 'english', 'английский', 'по-английски', 'англ'],
  ru: ['rus', 'russian', 'русский', 'по-русски', 'рус'],
};

/** The language that somebody calls so, in any case; a region behind it (`ru-RU`) does not matter. */
export function languageCalled(written: string): Language | undefined {
  const name = written.toLowerCase();
  return languages.find((code) => code === name.split(/[-_]/, 1)[0] || otherNames[code].includes(name));
}
