/** A notice (data) becomes a message: words of one language, as text and HTML. */
import type { CommandName, CommandWithArgs } from '../../machines/commands.ts';
import type { Farewell, Notice, NoticeKey, Trouble, ValuesOf } from '../../machines/notices.ts';
import type { Rendered } from '../ports.ts';
import { renderIntoOneEvent } from './fit.ts';
import type { OpsWords } from './ops-words.ts';

/** What is said in one language. */
export interface Words {
  answers: AnswerWords;
  notices: NoticeWords;
  commands: CommandWords;
  farewells: FarewellWords;
  topics: TopicWords;
  ops: OpsWords;
}

/** What rooms say of themselves, as plain text. */
export interface TopicWords {
  space: string;
  chat: (number: number, agent: string) => string;
}

/** What stands in an answer for what is not shown of it. */
export interface AnswerWords {
  /** An image whose bytes stand in the text; null: it has no name. */
  image: (name: string | null) => string;
  /** At the end of what is shown of an answer that is longer, in Markdown. */
  tooLong: string;
}

/**
 * What each notice says, in Markdown. Values from outside go through `code` or `quote`. `via`: the server through which
 * the bot's rooms can be reached.
 */
export type NoticeWords = { [Key in NoticeKey]: (values: ValuesOf<Key>, via?: string) => string };

/** What each command is for, as lists say it after its name; `args`: what is written behind the name. */
export type CommandWords = {
  [Name in CommandName]: { purpose: string } & (Name extends CommandWithArgs ? { args: string } : { args?: never });
};

/** Why the bot goes, in plain text. */
export type FarewellWords = Record<Farewell, string>;

/** What went wrong, and whether asking the same again may help. */
export type TroubleWords = Record<Trouble, { says: string; retry: boolean }>;

/** Gives the sentences of one language as messages. `via`: the server through which the rooms they link can be reached. */
export function renderNotice(words: Words, via?: string): (notice: Notice) => Rendered {
  return (notice) => renderIntoOneEvent(sentence(words, notice, via));
}

function sentence<Key extends NoticeKey>({ notices }: Words, notice: Notice<Key>, via?: string): string {
  return notices[notice.key](notice, via);
}
