/** What stands in many sentences, in Russian. */
import { plural } from './plural.ts';
import { roomLinks } from './phrases.ts';

const rules = new Intl.PluralRules('ru');

/** `1 чат`, `2 чата`, `5 чатов`: the number and the word stay on one line. */
export function counted(count: number, one: string, few: string, many: string): string {
  return `${count}\u00a0${plural(rules, count, { one, few, many, other: few })}`;
}

export function messages(count: number): string {
  return counted(count, 'сообщение', 'сообщения', 'сообщений');
}

/** What stands for one thing, or for several. */
export function them(count: number): string {
  return count === 1 ? 'его' : 'их';
}

export const roomLink = roomLinks('открыть');
