/**
 * An answer while it grows: the first text goes out early, then edits at a pace that slows as the answer grows.
 * Nothing of it is stored: the chart hears only which message shows the beginning, and the whole text at the end.
 */
import type { EventId } from '../../../machines/ids.ts';
import type { Growth, Now, Receipt } from '../../ports.ts';
import type { Alarm } from '../../durable/timers.ts';

export interface Pace {
  /** `final`: the answer appears once, when it is complete. */
  stream: 'edits' | 'final';
  /** The first edit comes this long after the first text, ms; each further one waits a tenth longer. */
  firstEditMs: number;
  maxEdits: number;
}

/** What `show` and `edit` may answer; `unknown`: it may or may not be in the room. */
export type Shown = Receipt | { ok: false; code: 'skipped' | 'unknown'; detail: string };

export interface Stage {
  /** Puts the first text into the room under a transaction id that stays the same for the turn. */
  show(markdown: string, growth: Growth): Promise<Shown>;
  edit(preview: EventId, markdown: string, growth: Growth): Promise<Shown>;
  /** Finds out the fate of what was `unknown`, so that it cannot arrive behind the final text. */
  clearDoubt(): Promise<void>;
  /** The beginning stands in the room. */
  shown(eventId: EventId): void;
}

export interface LiveAnswer {
  add(text: string): void;
  /** No more text: resolves with the whole when nothing that was sent can still change the room. */
  finish(): Promise<string>;
  /** Nobody waits for the rest any more. */
  abandon(): void;
  readonly length: number;
}

/** A first text shorter than this waits for more, so that a notification says something. */
const FIRST_CHARACTERS = 12;
const FIRST_WAIT_MS = 250;
/** No text for this long: what stands at the end is a whole word. */
const RESTING_MS = 300;
const GROWTH = 1.1;

export function createLiveAnswer(
  preview: EventId | null,
  pace: Pace,
  stage: Stage,
  alarm: Alarm,
  now: Now,
): LiveAnswer {
  const pieces: string[] = [];
  let length = 0;
  let shownLength = 0;
  let visible = preview;
  let tries = 0;
  let edits = 0;
  let notBefore = -Infinity;
  let addedAt = -Infinity;
  let finished = pace.stream === 'final';
  let inFlight: Promise<void> | null = null;
  const look = oneAtATime(alarm);

  function consider(): void {
    if (finished || inFlight !== null || length === shownLength || edits >= pace.maxEdits) return;
    if (now() < notBefore) return look.at(notBefore, consider);
    look.cancel();
    tries++;
    inFlight = put().finally(() => {
      inFlight = null;
      consider();
    });
    // A closing service breaks it off; whoever waits for the answer hears that from `finish`.
    inFlight.catch(() => {});
  }

  async function put(): Promise<void> {
    const text = joined(pieces);
    const growth = now() - addedAt < RESTING_MS && /[^\s.!?。！？]$/u.test(text) ? 'flowing' : 'resting';
    // The last word of a text that flows is not shown yet: it is looked at again.
    const size = growth === 'flowing' ? length - 1 : length;
    const receipt = visible === null ? await stage.show(text, growth) : await stage.edit(visible, text, growth);
    if (receipt.ok) {
      shownLength = size;
      if (visible !== null) edits++;
      else stage.shown((visible = receipt.eventId));
    } else if (receipt.code !== 'skipped' && receipt.code !== 'unknown') {
      edits = pace.maxEdits;
    }
    notBefore = now() + pace.firstEditMs * GROWTH ** edits;
    if (shownLength === length - 1) notBefore = Math.max(notBefore, addedAt + RESTING_MS);
  }

  return {
    add(text) {
      addedAt = now();
      if (length === 0) notBefore = addedAt + FIRST_WAIT_MS;
      pieces.push(text);
      length += text.length;
      if (tries === 0 && length >= FIRST_CHARACTERS) notBefore = -Infinity;
      consider();
    },
    async finish() {
      finished = true;
      look.cancel();
      await inFlight;
      await stage.clearDoubt();
      return joined(pieces);
    },
    abandon() {
      finished = true;
      look.cancel();
    },
    get length() {
      return length;
    },
  };
}

/** One look at a time: the one that is wanted last. */
function oneAtATime(alarm: Alarm) {
  let wanted: number | null = null;
  let take: (() => void) | null = null;
  return {
    at(time: number, ring: () => void): void {
      if (wanted === time) return;
      take?.();
      wanted = time;
      take = alarm.set(time, () => {
        wanted = null;
        ring();
      });
    },
    cancel(): void {
      take?.();
      wanted = null;
    },
  };
}

/** The whole text; the pieces become one, so that none is joined twice. */
function joined(pieces: string[]): string {
  if (pieces.length > 1) pieces.splice(0, pieces.length, pieces.join(''));
  return pieces[0] ?? '';
}
