/**
 * What an agent does besides its answer, told in one quiet notice a turn: it appears once something takes a while and no
 * text grows meanwhile, is edited at a pace that slows, and goes with the turn. People read question, notice, answer; or,
 * where the agent began to answer before it went to work, question, beginning, notice, and the answer grows above it.
 */
import type { EventId } from '../../../machines/ids.ts';
import type { Now } from '../../ports.ts';
import type { Alarm } from '../../durable/timers.ts';
import type { Pace } from './live-answer.ts';

/** What it does, in its own words, and how far it is. */
export interface Work {
  on: string | null;
  step: number | null;
  steps: number | null;
}

/** The notice that tells it, and the text that is answered meanwhile. */
export interface Notice {
  notice: EventId;
  answers: EventId;
}

export interface LiveWork {
  /** The agent says what it does. */
  does(work: Work): void;
  /** Text of its answer came: it is not at work any more. */
  says(): void;
  /** The notice of it stands in the room. */
  standsIn(notice: Notice): void;
  /** Nothing of it is told any more. */
  end(): void;
}

export interface LiveWorkWorld {
  pace: Pick<Pace, 'progress' | 'firstEditMs'>;
  alarm: Alarm;
  now: Now;
  /** It is worth a notice: called once. */
  tell(work: Work): void;
  /** Changes the notice, the n-th time; it may be lost. */
  edit(notice: Notice, work: Work, nth: number): Promise<unknown>;
}

/** Most answers begin within it, and most tools are done. */
const PATIENCE_MS = 1_500;
/** The last of them comes about 20 minutes after the first. */
const MOST_EDITS = 20;
const GROWTH = 1.3;

export function createLiveWork({ pace, alarm, now, tell, edit }: LiveWorkWorld): LiveWork {
  let latest: Work | null = null;
  /** What the notice says, or is about to say. */
  let told: Work | null = null;
  let notice: Notice | null = null;
  let edits = 0;
  let notBefore = 0;
  let isOver = pace.progress === 'off';
  let isUnderWay = false;
  let look: (() => void) | null = null;

  function lookAt(time: number): void {
    look ??= alarm.set(time, () => {
      look = null;
      consider();
    });
  }

  function cancel(): void {
    look?.();
    look = null;
  }

  function consider(): void {
    if (isOver || latest === null || isUnderWay) return;
    if (told === null) return tell((told = latest));
    if (notice === null || edits >= MOST_EDITS || isSame(latest, told)) return;
    if (now() < notBefore) return lookAt(notBefore);
    void change(notice, latest);
  }

  async function change(at: Notice, work: Work): Promise<void> {
    told = work;
    edits++;
    isUnderWay = true;
    // A closing service breaks it off.
    await edit(at, work, edits).catch(() => {});
    isUnderWay = false;
    waitOn();
    consider();
  }

  function waitOn(): void {
    notBefore = now() + pace.firstEditMs * GROWTH ** edits;
  }

  return {
    does(work) {
      const begins = latest === null;
      latest = work;
      if (isOver) return;
      if (told !== null) consider();
      else if (begins) lookAt(now() + PATIENCE_MS);
    },
    says() {
      latest = null;
      cancel();
    },
    standsIn(at) {
      // A run of before may have said something else in it.
      if (told === null) told = { on: null, step: null, steps: null };
      notice = at;
      waitOn();
      consider();
    },
    end() {
      isOver = true;
      cancel();
    },
  };
}

function isSame(one: Work, other: Work): boolean {
  return one.on === other.on && one.step === other.step && one.steps === other.steps;
}
