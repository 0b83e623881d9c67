/**
 * An answer while it grows: its beginning goes out once it says something, then edits at a pace that slows as it grows.
 * Nothing of it is stored: the chart hears only which message shows the beginning, and the whole text at the end.
 */
import type { EventId } from '../../../machines/ids.ts';
import { beginningOf } from '../../basics/beginning.ts';
import type { Growth, Now, Receipt } from '../../ports.ts';
import type { Alarm } from '../../durable/timers.ts';

export interface Pace {
  /** `final`: the answer appears once, when it is complete. */
  stream: 'edits' | 'final';
  /** The first edit comes this long after the beginning, ms; each further one waits a tenth longer. */
  firstEditMs: number;
  maxEdits: number;
  /** Whether people are told what the agent does meanwhile. */
  progress: 'notice' | 'off';
}

/** What `show` and `edit` may answer; `unknown`: it may or may not be in the room. `isOld`: the same stands there already. */
export type Shown =
  | (Extract<Receipt, { ok: true }> & { isOld?: true })
  | Extract<Receipt, { ok: false }>
  | { ok: false; code: 'skipped' | 'unknown'; detail: string };

export interface Stage {
  /** Puts the first text into the room under a transaction id that stays the same for the turn. */
  show(markdown: string, growth: Growth): Promise<Shown>;
  edit(preview: EventId, markdown: string, growth: Growth): Promise<Shown>;
  /** Finds out the fate of what was `unknown`, so that it cannot arrive behind the final text. */
  clearDoubt(): Promise<void>;
  /** The message that shows the answer already as it will stay, or its first part, and was never edited. */
  standsAs(markdown: string): EventId | null;
  /** The beginning stands in the room. */
  shown(eventId: EventId): void;
}

/** All of an answer; `stands`: what of it stands in the room already as it will stay. */
export interface Whole {
  markdown: string;
  stands: EventId | null;
}

export interface LiveAnswer {
  add(text: string): void;
  /** No more text: resolves with the whole when nothing that was sent can still change the room. */
  finish(): Promise<Whole>;
  /** Nobody waits for it any more: nothing of it is shown, or kept. */
  abandon(): void;
  readonly length: number;
}

/** How long a beginning that says nothing whole waits for more: a phone shows it to its owner. */
const FIRST_WAIT_MS = 1_000;
/** An answer that ends sooner appears once, as it will stay. */
const QUICK_MS = 50;
/** A first piece that is a whole sentence between these lengths does not wait for that: quick answers are shorter, or come in one piece. */
const PLAIN_BEGINNING = { least: 30, most: 2_000 };
/** No text for this long: what stands at the end is a whole word. */
const RESTING_MS = 300;
const GROWTH = 1.1;

export function createLiveAnswer(
  preview: EventId | null,
  pace: Omit<Pace, 'progress'>,
  stage: Stage,
  alarm: Alarm,
  now: Now,
): LiveAnswer {
  const pieces: string[] = [];
  let length = 0;
  let shownLength = 0;
  let added = 0;
  let beganAt = 0;
  let visible = preview;
  let tries = 0;
  let edits = 0;
  let notBefore = -Infinity;
  let addedAt = -Infinity;
  let [finished, isUnwanted] = [pace.stream === 'final', false];
  let inFlight: Promise<void> | null = null;
  const look = oneAtATime(alarm);

  function consider(): void {
    if (finished || inFlight !== null || length === shownLength || edits >= pace.maxEdits) return;
    const due = tries === 0 ? beganAt + waitOf(joined(pieces), added) : notBefore;
    if (due === Infinity) return look.cancel();
    if (now() < due) return look.at(due, consider);
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
    const growth = now() - addedAt < RESTING_MS && !isAtRest(text) ? 'flowing' : 'resting';
    // The last word of a text that flows is not shown yet: it is looked at again.
    const size = growth === 'flowing' ? length - 1 : length;
    const receipt = visible === null ? await stage.show(text, growth) : await stage.edit(visible, text, growth);
    if (receipt.ok) {
      shownLength = size;
      if (receipt.isOld) return void (notBefore = now() + RESTING_MS);
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
      if (added++ === 0) beganAt = addedAt;
      pieces.push(text);
      length += text.length;
      consider();
    },
    async finish() {
      finished = true;
      look.cancel();
      await inFlight;
      await stage.clearDoubt();
      const markdown = isUnwanted ? '' : joined(pieces);
      return { markdown, stands: stage.standsAs(markdown) };
    },
    abandon() {
      finished = true;
      isUnwanted = true;
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

/** How long the beginning of an answer, which came in so many pieces, waits, ms; for ever as long as nothing can be seen of it. */
function waitOf(text: string, pieces: number): number {
  const beginning = beginningOf(text);
  if (beginning === 'nothing') return Infinity;
  if (beginning === 'open') return FIRST_WAIT_MS;
  const isPlain = pieces === 1 && text.length >= PLAIN_BEGINNING.least && text.length <= PLAIN_BEGINNING.most;
  return isPlain && isAtRest(text) ? 0 : QUICK_MS;
}

/** Whether the last word is a whole one. */
function isAtRest(text: string): boolean {
  return /[\s\p{Sentence_Terminal}]$/u.test(text);
}

/** The whole text; the pieces become one, so that none is joined twice. */
function joined(pieces: string[]): string {
  if (pieces.length > 1) pieces.splice(0, pieces.length, pieces.join(''));
  return pieces[0] ?? '';
}
