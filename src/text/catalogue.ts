/** Everything that people read, in each language. */
import type { Language } from '../../machines/language.ts';
import { en } from './en.ts';
import type { Words } from './notices.ts';
import { ru } from './ru.ts';

export const catalogue: Record<Language, Words> = { en, ru };
