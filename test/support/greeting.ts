/** Take it where the bot greets somebody: its words, with the names of both in them. */
import type { ValuesOf } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice, type Words } from '../../src/text/notices.ts';

type Facts = Partial<ValuesOf<'greeting'>>;

/** `agent`: what the one is called that will answer. Who has no name of their own is called by their id. */
export function greetingOf(
  { userId }: { userId: string },
  agent: string,
  facts: Facts = {},
  words: Words = en,
): string {
  const known = { defaultAgent: false, inSpace: false, name: userId.slice(1, userId.indexOf(':')), agent };
  return renderNotice(words)({ key: 'greeting', ...known, ...facts }).body;
}
