/** A conversation as it is written to a terminal: what was printed stays, what grows is added to. */
import type { Said } from './conversation.ts';

export interface Transcript {
  you(text: string): void;
  /** A message of the bot, or its newer text. */
  bot(said: Said): void;
  /** Ends the line that is being written. */
  end(): void;
}

/** What a preview shows behind the beginning of an answer that is too long for it. */
const MORE = /\n*…$/;

export function createTranscript(write: (text: string) => void): Transcript {
  const printed = new Map<string, string>();
  let open: string | null = null;

  function end(): void {
    if (open !== null) write('\n');
    open = null;
  }

  function begin(eventId: string, speaker: string): void {
    end();
    write(`\n${speaker}  `);
    open = eventId;
  }

  return {
    end,
    you(text) {
      end();
      write(`\nyou    ${text}\n`);
    },
    bot({ eventId, body, isNotice }) {
      const text = body.replace(MORE, '');
      const before = printed.get(eventId);
      if (before === text) return;
      printed.set(eventId, text);
      const grows = before !== undefined && text.startsWith(before) && open === eventId;
      if (!grows) begin(eventId, isNotice ? 'bot  ' : 'agent');
      write(grows ? text.slice(before.length) : text);
    },
  };
}
