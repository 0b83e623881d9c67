/**
 * An answer in pieces: it grows in the room until the agent asks something, and what comes behind the question grows
 * below it, in a message of its own, once the question has its word.
 */
import type { Answer, Piece } from '../../../machines/room.model.ts';
import { isBlank } from '../../basics/visible.ts';
import type { PicturesIn } from '../../ports.ts';
import type { LiveAnswer } from './live-answer.ts';

/** `pictures`: what it shows of the workspace. */
export interface Cut {
  piece: Piece;
  pictures: string[];
}

export interface Pieces {
  add(text: string): void;
  /** The agent asks something: resolves, in the order of the calls, with what it said since the last piece, unless it is nothing. */
  cut(): Promise<Cut | null>;
  /** The question has its word: what the agent says is shown again. */
  goOn(): void;
  /** No more text: resolves with the last piece. */
  finish(): Promise<Cut | null>;
  /** Nobody waits for it any more: nothing of it is shown, or kept. */
  abandon(): void;
  /** Of all pieces together, in characters. */
  readonly length: number;
}

interface PiecesWorld {
  /** Where a piece grows. */
  grow(piece: number): LiveAnswer;
  keep(piece: number, markdown: string): Promise<Answer | null>;
  picturesIn: PicturesIn;
}

export function createPieces({ grow, keep, picturesIn }: PiecesWorld): Pieces {
  let piece = 0;
  let live: LiveAnswer | null = grow(piece);
  /** What was said behind a question that is still open. */
  const unshown: string[] = [];
  let length = 0;
  let isWanted = true;
  let before: Promise<unknown> = Promise.resolve();

  async function end(until: LiveAnswer | null, number: number, unseen: string, turn: Promise<unknown>) {
    const { markdown, stands } = until === null ? { markdown: unseen, stands: null } : await until.finish();
    await turn;
    const answer = !isWanted || isBlank(markdown) ? null : await keep(number, markdown);
    return answer && { piece: { answer, ...(stands !== null && { stands }) }, pictures: picturesIn(markdown) };
  }

  function cut(): Promise<Cut | null> {
    const cutOff = end(live, piece, unshown.splice(0).join(''), before);
    before = cutOff.catch(() => {});
    live = null;
    piece++;
    return cutOff;
  }

  return {
    add(text) {
      length += text.length;
      if (live === null) unshown.push(text);
      else live.add(text);
    },
    cut,
    goOn() {
      if (live !== null) return;
      live = grow(piece);
      for (const text of unshown.splice(0)) live.add(text);
    },
    finish: cut,
    abandon() {
      isWanted = false;
      live?.abandon();
    },
    get length() {
      return length;
    },
  };
}
