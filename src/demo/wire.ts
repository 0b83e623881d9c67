/** What the demo's server and its page tell each other: types only, that both sides can read. */

/** The login of one browser. */
export interface Session {
  userId: string;
  accessToken: string;
  /** What their rooms and files are told for: an address may hold it, which could not hold a token. */
  key: string;
  bot: string;
  commands: CommandHint[];
  asking: Asking;
}

/** Who asks: the agent, or the bot itself, which hears every word first while it asks. */
export type Asker = 'agent' | 'bot';

/** A sentence of the bot, told by how its body begins and ends. */
export interface Sentence {
  of: Asker;
  begins: string;
  ends: string;
}

/** `answers`: what can be said to it, besides the numbers of the list in it where it has one. */
export interface AskingSentence extends Sentence {
  answers: string[];
  hasList: boolean;
}

/** How a page tells the questions of the bot and what ends them. */
export interface Asking {
  questions: AskingSentence[];
  /** Sentences after which the question is open no more. */
  closings: Sentence[];
  /** All that means yes, and no, in lower case. */
  consent: { yes: string[]; no: string[] };
}

/** A command as a page proposes it: `args` is what is written behind the name, empty where there is nothing. */
export interface CommandHint {
  name: string;
  args: string;
  hint: string;
}

/** One commit of a room. */
export interface MachineChange {
  /** When it was seen, ms since 1970. */
  at: number;
  /** What came, by name. */
  events: string[];
  /** What is to be done, by name. */
  effects: string[];
  /** Ids of the states that are active afterwards, outer before inner. */
  active: string[];
  tags: string[];
}

export interface MachineView {
  active: string[];
  tags: string[];
  /** Oldest first. */
  changes: MachineChange[];
}

/** What the bot remembers of a chat in somebody's Space. */
export interface ChatFacts {
  room: string;
  number: number;
  archived: boolean;
}

/** A file that waits in a room for the next text. */
export interface WaitingFile {
  /** The message that brought it. */
  event: string;
  /** What `!remove` knows it by. */
  number: number;
  name: string;
  kind: 'image' | 'audio' | 'video' | 'document';
  /** Null while the bot fetches it. */
  bytes: number | null;
}
