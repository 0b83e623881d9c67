/**
 * An answer while it grows: the first text goes out early, then edits at a pace that slows as the answer grows.
 * Nothing of it is stored: the chart hears only which message shows the beginning, and the whole text at the end.
 */
import type { EventId } from '../../../machines/ids.ts';
import type { Now, Receipt } from '../../ports.ts';
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
  show(markdown: string): Promise<Shown>;
  edit(preview: EventId, markdown: string): Promise<Shown>;
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
  let finished = pace.stream === 'final';
  let inFlight: Promise<void> | null = null;
  const reminder = createReminder(alarm);

  function whole(): string {
    if (pieces.length > 1) pieces.splice(0, pieces.length, pieces.join(''));
    return pieces[0] ?? '';
  }

  function consider(): void {
    if (finished || inFlight !== null || length === shownLength || edits >= pace.maxEdits) return;
    if (now() < notBefore) return reminder.set(notBefore, consider);
    reminder.clear();
    tries++;
    inFlight = put().finally(() => {
      inFlight = null;
      consider();
    });
    // A closing service breaks it off; whoever waits for the answer hears that from `finish`.
    inFlight.catch(() => {});
  }

  async function put(): Promise<void> {
    const size = length;
    const receipt = visible === null ? await stage.show(whole()) : await stage.edit(visible, whole());
    if (receipt.ok) {
      shownLength = size;
      if (visible !== null) edits++;
      else stage.shown((visible = receipt.eventId));
    } else if (receipt.code !== 'skipped' && receipt.code !== 'unknown') {
      edits = pace.maxEdits;
    }
    notBefore = now() + pace.firstEditMs * GROWTH ** edits;
  }

  return {
    add(text) {
      if (length === 0) notBefore = now() + FIRST_WAIT_MS;
      pieces.push(text);
      length += text.length;
      if (tries === 0 && length >= FIRST_CHARACTERS) notBefore = -Infinity;
      consider();
    },
    async finish() {
      finished = true;
      reminder.clear();
      await inFlight;
      await stage.clearDoubt();
      return whole();
    },
    abandon() {
      finished = true;
      reminder.clear();
    },
    get length() {
      return length;
    },
  };
}

/** One alarm at a time; setting it again for the same time changes nothing. */
function createReminder(alarm: Alarm) {
  let setFor: number | null = null;
  let cancel: (() => void) | null = null;

  function clear(): void {
    cancel?.();
    setFor = null;
  }

  return {
    clear,
    set(at: number, ring: () => void): void {
      if (setFor === at) return;
      clear();
      setFor = at;
      cancel = alarm.set(at, () => {
        setFor = null;
        ring();
      });
    },
  };
}
