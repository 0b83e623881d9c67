/** What the scenes of the script share. */
import type { Pusher } from './pushing.ts';
import type { Turn } from './run.ts';

export interface Stage {
  workspace: string;
  /** Milliseconds between two pieces of an answer. */
  pace: number;
  /** Says something after the turn; null for an agent that may not. */
  pusher: Pusher | null;
}

/** Says a text, a word at a time. */
export async function stream(turn: Turn, { pace }: Stage, text: string): Promise<void> {
  for (const word of text.match(/\S+\s*/g) ?? []) {
    turn.say(word);
    await turn.pause(pace);
  }
}

/** The beginning of a text, as Markdown that shows it as it is. */
export function quote(text: string): string {
  const characters = Array.from(text.replace(/\s+/g, ' ').trim());
  const beginning = characters
    .slice(0, 80)
    .join('')
    .replace(/[\\`*_[\]<>#|~&]/g, '\\$&');
  return characters.length > 80 ? `${beginning}…` : beginning;
}
