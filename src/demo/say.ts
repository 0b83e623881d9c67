/** `npm run demo -- --say "text"`: one conversation in the terminal, through Matrix as any client would have it. */
import type { Conversation, News } from './conversation.ts';
import { createTranscript } from './transcript.ts';

export interface SayOptions {
  texts: readonly string[];
  /** How long the bot may say nothing new before it is given up, ms. */
  silenceMs: number;
  write: (text: string) => void;
}

/** How long nothing may come after an answer during which the bot was never seen typing, ms. */
const QUIET_MS = 500;

/** Says the texts one after another, each when the one before is answered. Throws a sentence when an answer does not come. */
export async function runSay(conversation: Conversation, { texts, silenceMs, write }: SayOptions): Promise<void> {
  const transcript = createTranscript(write);

  async function hear(ms: number): Promise<News> {
    const news = await conversation.hear(ms);
    for (const said of news.said) transcript.bot(said);
    return news;
  }

  async function welcome(): Promise<void> {
    const deadline = performance.now() + silenceMs;
    while ((await hear(silenceMs)).said.length === 0) {
      if (performance.now() > deadline)
        throw new Error(`The bot did not come into the room within ${seconds(silenceMs)}.`);
    }
  }

  async function answerTo(text: string): Promise<void> {
    transcript.you(text);
    const question = await conversation.say(text);
    const isCommand = text.trim().startsWith('!');
    let answered = false;
    let typing: boolean | null = null;
    let deadline = performance.now() + silenceMs;
    while (!(answered && typing === false)) {
      const mayBeAll = answered && typing === null;
      if (mayBeAll && isCommand) return;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`No answer to “${text}” within ${seconds(silenceMs)}.`);
      const news = await hear(mayBeAll ? QUIET_MS : Math.ceil(left));
      if (mayBeAll && news.said.length === 0 && news.typing === null) return;
      typing = news.typing ?? typing;
      answered ||= news.said.some(({ answers, isNotice }) => answers === question && (isCommand || !isNotice));
      if (news.said.length > 0) deadline = performance.now() + silenceMs;
    }
  }

  try {
    await welcome();
    for (const text of texts) await answerTo(text);
  } finally {
    transcript.end();
  }
}

function seconds(ms: number): string {
  return ms === 1000 ? '1 second' : `${ms / 1000} seconds`;
}
