import { describe, expect, it } from 'vitest';
import { createLiveAnswer, type Pace, type Shown } from '../../../src/actors/effects/live-answer.ts';
import type { EventId } from '../../../machines/ids.ts';
import { createFakeAlarm } from '../../support/fake-alarm.ts';
import { settled } from '../../support/until.ts';
import { eventId } from '../support.ts';

const EDITS: Pace = { stream: 'edits', firstEditMs: 2_000, maxEdits: 50, progress: 'notice' };
const PREVIEW = eventId('preview');
/** A whole sentence: it is shown at once. */
const BEGINNING = 'The beginning of a long answer.';
const yes: Shown = { ok: true, eventId: PREVIEW };

interface Call {
  at: number;
  what: string;
  text: string;
  answer: (shown: Shown) => void;
  fail: (error: Error) => void;
}

/** A growing answer on a stage that says yes at once, or, `held`, when the test does. */
function grow({
  pace = EDITS,
  preview = null,
  held = false,
}: { pace?: Pace; preview?: EventId | null; held?: boolean } = {}) {
  const alarm = createFakeAlarm(0);
  const calls: Call[] = [];
  const shown: EventId[] = [];
  let next: Shown = yes;
  let settles = 0;
  let open = 0;
  let mostOpen = 0;
  function call(what: string, text: string): Promise<Shown> {
    mostOpen = Math.max(mostOpen, ++open);
    return new Promise<Shown>((resolve, fail) => {
      const answer = (outcome: Shown) => {
        open--;
        resolve(outcome);
      };
      calls.push({ at: alarm.now(), what, text, answer, fail });
      if (!held) answer(next);
    });
  }
  const live = createLiveAnswer(
    preview,
    pace,
    {
      show: (markdown) => call('show', markdown),
      edit: (target, markdown) => call(`edit ${target}`, markdown),
      clearDoubt: async () => void settles++,
      standsAs: (markdown) => (markdown === calls.at(-1)?.text ? PREVIEW : null),
      shown: (event) => void shown.push(event),
    },
    alarm,
    alarm.now,
  );
  return {
    live,
    alarm,
    shown,
    calls,
    settles: () => settles,
    mostOpen: () => mostOpen,
    reply: (outcome: Shown) => void (next = outcome),
    texts: () => calls.map(({ what, text }) => `${what}: ${text}`),
    /** Lets time pass in small steps with everything settled in between. */
    async pass(ms: number, stepMs = 10) {
      for (let done = 0; done < ms; done += stepMs) {
        alarm.advance(Math.min(stepMs, ms - done));
        await settled();
      }
    },
  };
}

describe('the beginning', () => {
  it('goes out at once where it is a whole sentence', async () => {
    const { live, calls, texts, shown } = grow();
    live.add('Hello there, friend of the house.');
    await settled();
    expect(texts()).toEqual(['show: Hello there, friend of the house.']);
    expect(calls[0]?.at).toBe(0);
    expect(shown).toEqual([PREVIEW]);
  });

  it('waits for its sentence to be over: what a phone shows of it is no fragment', async () => {
    const { live, calls, texts, pass } = grow();
    live.add('You wrote: “yes');
    await pass(400);
    live.add('”, and that is fine');
    await pass(300);
    live.add('. So');
    await settled();
    expect(texts()).toEqual(['show: You wrote: “yes”, and that is fine. So']);
    expect(calls[0]?.at).toBe(700);
  });

  it('waits no longer than for 80 characters', async () => {
    const { live, calls, texts, pass } = grow();
    live.add('a '.repeat(39));
    await pass(500);
    expect(texts()).toEqual([]);
    live.add('a and on');
    await settled();
    expect(calls.map(({ at, text }) => [at, text.length])).toEqual([[500, 86]]);
  });

  it('waits no longer than a second, counted from its first piece, behind one alarm', async () => {
    const { live, alarm, texts } = grow();
    for (const letter of 'abcdefghi') {
      live.add(letter);
      expect(alarm.pending()).toEqual([1_000]);
      alarm.advance(111);
    }
    await settled();
    expect(texts()).toEqual([]);
    alarm.advance(1);
    await settled();
    expect(texts()).toEqual(['show: abcdefghi']);
  });

  it('waits for something that can be seen', async () => {
    const { live, calls, alarm, texts, pass } = grow();
    live.add('```python\n');
    await pass(5_000, 1_000);
    expect(texts()).toEqual([]);
    expect(alarm.pending()).toEqual([]);
    live.add('print(1)\n');
    await settled();
    expect(calls.map(({ at, text }) => [at, text])).toEqual([[5_000, '```python\nprint(1)\n']]);
  });

  it.each([
    ['in several pieces', ['Hello ', 'there.']],
    ['in a short sentence', ['Yes.']],
    ['whose sentence is followed by a piece of the next', ['Hello there, friend of the house. I am']],
    ['that is long, and ends in the middle of a word', ['word '.repeat(40) + 'wor']],
    ['in sentences', ['Hello there.', ' How are you?']],
  ])('%s waits for 50 ms: it may be all, and then it appears once', async (_, pieces) => {
    const { live, calls, alarm, texts, pass } = grow();
    for (const piece of pieces) live.add(piece);
    await pass(49, 1);
    expect(texts()).toEqual([]);
    expect(alarm.pending()).toEqual([50]);
    await pass(1);
    expect(calls.map(({ at }) => at)).toEqual([50]);
    expect(texts()).toEqual([`show: ${pieces.join('')}`]);

    const quick = grow();
    for (const piece of pieces) quick.live.add(piece);
    await quick.pass(49, 1);
    expect(await quick.live.finish()).toEqual({ markdown: pieces.join(''), stands: null });
    await quick.pass(5_000, 100);
    expect(quick.texts()).toEqual([]);
  });

  it('becomes an edit where the beginning of an answer stands already', async () => {
    const { live, texts, shown } = grow({ preview: eventId('before') });
    live.add('Hello again, friend of the house.');
    await settled();
    expect(texts()).toEqual(['edit $before: Hello again, friend of the house.']);
    expect(shown).toEqual([]);
  });
});

describe('edits', () => {
  it('come after two seconds, and each further one waits a tenth longer', async () => {
    const { live, calls, alarm } = grow();
    live.add(BEGINNING);
    for (let edit = 0; edit < 6; edit++) {
      await settled();
      live.add('.');
      alarm.advance((alarm.pending()[0] ?? 0) - alarm.now());
    }
    const waits = calls.slice(1).map(({ at }, index) => Math.round(at - (calls[index]?.at ?? 0)));
    expect(waits).toEqual([2_000, 2_200, 2_420, 2_662, 2_928, 3_221]);
  });

  it('say all that was said until then, and nothing when nothing was said', async () => {
    const { live, texts, pass } = grow();
    live.add(BEGINNING);
    await pass(1_000, 100);
    live.add(' and');
    live.add(' more');
    await pass(20_000, 1_000);
    expect(texts()).toEqual([`show: ${BEGINNING}`, `edit ${PREVIEW}: ${BEGINNING} and more`]);
  });

  it('end at their greatest number', async () => {
    const { live, calls, pass } = grow({ pace: { ...EDITS, maxEdits: 3 } });
    for (let piece = 0; piece < 40; piece++) {
      live.add('one more piece ');
      await pass(1_000, 1_000);
    }
    expect(calls.map(({ what }) => what)).toEqual(['show', ...Array<string>(3).fill(`edit ${PREVIEW}`)]);
  });

  it('never go out while one is in flight, however long that takes', async () => {
    const { live, calls, alarm, mostOpen } = grow({ held: true });
    live.add(BEGINNING);
    for (let second = 0; second < 60; second++) {
      live.add('. And more');
      alarm.advance(1_000);
      await settled();
    }
    expect(calls).toHaveLength(1);
    calls[0]?.answer(yes);
    await settled();
    alarm.advance(2_000);
    await settled();
    expect(calls).toHaveLength(2);
    expect(calls[1]?.text).toMatch(/^The beginning of a long answer\.(\. And more){60}$/);
    expect(mostOpen()).toBe(1);
  });

  it('are held back altogether where the answer is to appear once', async () => {
    const { live, calls, alarm, pass } = grow({ pace: { ...EDITS, stream: 'final' } });
    live.add('The whole answer at once');
    await pass(10_000, 1_000);
    live.add(', please');
    expect((await live.finish()).markdown).toBe('The whole answer at once, please');
    expect(calls).toEqual([]);
    expect(alarm.pending()).toEqual([]);
  });
});

describe('what the stage answers', () => {
  it.each(['skipped', 'unknown'] as const)('%s: the same text is tried again later', async (code) => {
    const { live, texts, pass, reply, shown } = grow();
    reply({ ok: false, code, detail: '' });
    live.add(BEGINNING);
    await settled();
    expect(texts()).toEqual([`show: ${BEGINNING}`]);
    reply(yes);
    await pass(1_990);
    expect(texts()).toHaveLength(1);
    await pass(10);
    expect(texts()).toEqual([`show: ${BEGINNING}`, `show: ${BEGINNING}`]);
    expect(shown).toEqual([PREVIEW]);
  });

  it('skipped edits do not count, and are tried again', async () => {
    const { live, calls, pass, reply } = grow({ pace: { ...EDITS, maxEdits: 1 } });
    live.add(BEGINNING);
    await settled();
    reply({ ok: false, code: 'skipped', detail: '' });
    live.add(' and more');
    await pass(6_000, 500);
    expect(calls.length).toBeGreaterThan(2);
    reply(yes);
    await pass(2_000, 500);
    const enough = calls.length;
    live.add(' and more');
    await pass(10_000, 500);
    expect(calls).toHaveLength(enough);
  });

  it('old: what stands there says the same already, so that it counts as no edit', async () => {
    const { live, calls, texts, pass, reply } = grow({ pace: { ...EDITS, maxEdits: 1 } });
    live.add(BEGINNING);
    await settled();
    reply({ ok: true, eventId: PREVIEW, isOld: true });
    live.add(' <!-- ');
    await pass(2_000, 100);
    live.add('nothing -->');
    await pass(3_000, 100);
    reply(yes);
    live.add(' More.');
    await pass(5_000, 100);
    live.add(' Too much.');
    await pass(10_000, 1_000);
    expect(texts()).toEqual([
      `show: ${BEGINNING}`,
      `edit ${PREVIEW}: ${BEGINNING} <!-- `,
      `edit ${PREVIEW}: ${BEGINNING} <!-- nothing -->`,
      `edit ${PREVIEW}: ${BEGINNING} <!-- nothing --> More.`,
    ]);
    expect(calls.map(({ at }) => at)).toEqual([0, 2_000, 2_300, 5_000]);
  });

  it('refused for good: nothing is tried any more, the whole is still there', async () => {
    const { live, texts, pass, reply, shown } = grow();
    reply({ ok: false, code: 'M_FORBIDDEN', detail: 'no' });
    live.add(BEGINNING);
    await settled();
    reply(yes);
    live.add(' and more');
    await pass(60_000, 1_000);
    expect(texts()).toEqual([`show: ${BEGINNING}`]);
    expect(shown).toEqual([]);
    expect((await live.finish()).markdown).toBe(`${BEGINNING} and more`);
  });
});

describe('the end', () => {
  it('gives the whole and leaves nothing to come', async () => {
    const { live, calls, alarm, pass } = grow();
    live.add(BEGINNING);
    await settled();
    live.add(' and the end');
    expect((await live.finish()).markdown).toBe(`${BEGINNING} and the end`);
    await pass(20_000, 1_000);
    expect(calls).toHaveLength(1);
    expect(alarm.pending()).toEqual([]);
  });

  it('says which message shows all of it already', async () => {
    const { live, calls } = grow();
    live.add(BEGINNING);
    expect(await live.finish()).toEqual({ markdown: BEGINNING, stands: PREVIEW });
    expect(calls).toHaveLength(1);
  });

  it('of an answer of no text is empty', async () => {
    const { live } = grow();
    expect((await live.finish()).markdown).toBe('');
    expect(live.length).toBe(0);
  });

  it('waits for what is in flight, then for what is in doubt', async () => {
    const { live, calls, settles, shown } = grow({ held: true });
    live.add(BEGINNING);
    let whole: string | null = null;
    const finished = live.finish().then(({ markdown }) => (whole = markdown));
    await settled();
    expect([whole, settles()]).toEqual([null, 0]);
    calls[0]?.answer(yes);
    await finished;
    expect([whole, settles()]).toEqual([BEGINNING, 1]);
    expect(shown).toEqual([PREVIEW]);
  });

  it('ignores what is added after it', async () => {
    const { live, calls, pass } = grow();
    await live.finish();
    live.add('too late, my friend');
    await pass(5_000, 1_000);
    expect(calls).toEqual([]);
  });
});

describe('what nobody waits for any more', () => {
  it('is not shown: no alarm is left, nothing follows', async () => {
    const { live, calls, alarm, pass, settles } = grow();
    live.add(BEGINNING);
    await settled();
    live.add(' and more');
    expect(alarm.pending()).toEqual([2_000]);
    live.abandon();
    expect(alarm.pending()).toEqual([]);
    live.add(' and too much');
    await pass(60_000, 1_000);
    expect([calls.length, settles()]).toEqual([1, 0]);
  });

  it('is not followed by an edit when what was in flight ends', async () => {
    const { live, calls, shown, pass } = grow({ held: true });
    live.add(BEGINNING);
    live.add(' and more');
    live.abandon();
    calls[0]?.answer(yes);
    await pass(60_000, 1_000);
    expect(calls).toHaveLength(1);
    expect(shown).toEqual([PREVIEW]);
  });

  it('hurts nobody when a closing service breaks off what is in flight', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', note);
    try {
      const { live, calls } = grow({ held: true });
      live.add(BEGINNING);
      live.abandon();
      calls[0]?.fail(new Error('closed'));
      await settled();
    } finally {
      process.off('unhandledRejection', note);
      for (const other of others) process.on('unhandledRejection', other);
    }
    expect(rejections).toEqual([]);
  });
});

it('costs a handful of calls for a flood of 10,000 pieces of one character', async () => {
  const { live, calls, pass } = grow();
  for (let piece = 0; piece < 10_000; piece++) {
    live.add('x');
    if (piece % 100 === 0) await pass(100, 100);
  }
  expect(live.length).toBe(10_000);
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.length).toBeLessThanOrEqual(6);
  expect((await live.finish()).markdown).toBe('x'.repeat(10_000));
});

it('shows a last word that may be half of one again once the answer rests', async () => {
  const growths: [number, string, string][] = [];
  const alarm = createFakeAlarm(0);
  const live = createLiveAnswer(
    null,
    { ...EDITS, firstEditMs: 100 },
    {
      show: async (text, growth) => (growths.push([alarm.now(), text, growth]), yes),
      edit: async (_, text, growth) => (growths.push([alarm.now(), text, growth]), yes),
      clearDoubt: async () => {},
      standsAs: () => null,
      shown: () => {},
    },
    alarm,
    alarm.now,
  );
  live.add('Well. The answer is somethi');
  for (let ms = 0; ms < 2_000; ms += 50) {
    alarm.advance(50);
    await settled();
  }
  live.add('ng new. ');
  for (let ms = 0; ms < 2_000; ms += 50) {
    alarm.advance(50);
    await settled();
  }
  expect(growths).toEqual([
    [50, 'Well. The answer is somethi', 'flowing'],
    [300, 'Well. The answer is somethi', 'resting'],
    [2_000, 'Well. The answer is something new. ', 'resting'],
  ]);
});

it('sets no alarm anew for each piece that comes while one is set', async () => {
  const { live, alarm, pass } = grow();
  live.add(BEGINNING);
  await pass(10);
  const set = alarm.set.bind(alarm);
  let sets = 0;
  alarm.set = (at, ring) => {
    sets++;
    return set(at, ring);
  };
  for (let piece = 0; piece < 10_000; piece++) live.add('x');
  expect([sets, alarm.pending()]).toEqual([1, [2_010]]);
});
