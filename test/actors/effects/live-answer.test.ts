import { describe, expect, it } from 'vitest';
import { createLiveAnswer, type Pace, type Shown } from '../../../src/actors/effects/live-answer.ts';
import type { EventId } from '../../../machines/ids.ts';
import { createFakeAlarm } from '../../support/fake-alarm.ts';
import { settled } from '../../support/until.ts';
import { eventId } from '../support.ts';

const EDITS: Pace = { stream: 'edits', firstEditMs: 2_000, maxEdits: 50 };
const PREVIEW = eventId('preview');
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

describe('the first text', () => {
  it('goes out at once when it says something', async () => {
    const { live, calls, texts, shown } = grow();
    live.add('Hello there, friend');
    await settled();
    expect(texts()).toEqual(['show: Hello there, friend']);
    expect(calls[0]?.at).toBe(0);
    expect(shown).toEqual([PREVIEW]);
  });

  it('waits a quarter of a second for more when it is short', async () => {
    const { live, alarm, texts } = grow();
    live.add('Hm');
    alarm.advance(249);
    await settled();
    expect(texts()).toEqual([]);
    alarm.advance(1);
    await settled();
    expect(texts()).toEqual(['show: Hm']);
  });

  it('stops waiting as soon as there is enough of it', async () => {
    const { live, alarm, calls, texts } = grow();
    live.add('Hm, ');
    alarm.advance(100);
    live.add('let me think');
    await settled();
    expect(texts()).toEqual(['show: Hm, let me think']);
    expect(calls[0]?.at).toBe(100);
  });

  it('counts its wait from its beginning, not from its last piece', async () => {
    const { live, alarm, texts } = grow();
    for (const letter of 'abcde') {
      live.add(letter);
      alarm.advance(50);
    }
    await settled();
    expect(texts()).toEqual(['show: abcde']);
  });

  it('becomes an edit where the beginning of an answer stands already', async () => {
    const { live, texts, shown } = grow({ preview: eventId('before') });
    live.add('Hello again, friend');
    await settled();
    expect(texts()).toEqual(['edit $before: Hello again, friend']);
    expect(shown).toEqual([]);
  });
});

describe('edits', () => {
  it('come after two seconds, and each further one waits a tenth longer', async () => {
    const { live, calls, alarm } = grow();
    live.add('The beginning');
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
    live.add('The beginning');
    await pass(1_000, 100);
    live.add(' and');
    live.add(' more');
    await pass(20_000, 1_000);
    expect(texts()).toEqual(['show: The beginning', `edit ${PREVIEW}: The beginning and more`]);
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
    live.add('The beginning');
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
    expect(calls[1]?.text).toMatch(/^The beginning(\. And more){60}$/);
    expect(mostOpen()).toBe(1);
  });

  it('are held back altogether where the answer is to appear once', async () => {
    const { live, calls, alarm, pass } = grow({ pace: { ...EDITS, stream: 'final' } });
    live.add('The whole answer at once');
    await pass(10_000, 1_000);
    live.add(', please');
    expect(await live.finish()).toBe('The whole answer at once, please');
    expect(calls).toEqual([]);
    expect(alarm.pending()).toEqual([]);
  });
});

describe('what the stage answers', () => {
  it.each(['skipped', 'unknown'] as const)('%s: the same text is tried again later', async (code) => {
    const { live, texts, pass, reply, shown } = grow();
    reply({ ok: false, code, detail: '' });
    live.add('The beginning');
    await settled();
    expect(texts()).toEqual(['show: The beginning']);
    reply(yes);
    await pass(1_990);
    expect(texts()).toHaveLength(1);
    await pass(10);
    expect(texts()).toEqual(['show: The beginning', 'show: The beginning']);
    expect(shown).toEqual([PREVIEW]);
  });

  it('skipped edits do not count, and are tried again', async () => {
    const { live, calls, pass, reply } = grow({ pace: { ...EDITS, maxEdits: 1 } });
    live.add('The beginning');
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

  it('refused for good: nothing is tried any more, the whole is still there', async () => {
    const { live, texts, pass, reply, shown } = grow();
    reply({ ok: false, code: 'M_FORBIDDEN', detail: 'no' });
    live.add('The beginning');
    await settled();
    reply(yes);
    live.add(' and more');
    await pass(60_000, 1_000);
    expect(texts()).toEqual(['show: The beginning']);
    expect(shown).toEqual([]);
    expect(await live.finish()).toBe('The beginning and more');
  });
});

describe('the end', () => {
  it('gives the whole and leaves nothing to come', async () => {
    const { live, calls, alarm, pass } = grow();
    live.add('The beginning');
    await settled();
    live.add(' and the end');
    expect(await live.finish()).toBe('The beginning and the end');
    await pass(20_000, 1_000);
    expect(calls).toHaveLength(1);
    expect(alarm.pending()).toEqual([]);
  });

  it('of an answer of no text is empty', async () => {
    const { live } = grow();
    expect(await live.finish()).toBe('');
    expect(live.length).toBe(0);
  });

  it('waits for what is in flight, then for what is in doubt', async () => {
    const { live, calls, settles, shown } = grow({ held: true });
    live.add('The beginning');
    let whole: string | null = null;
    const finished = live.finish().then((text) => (whole = text));
    await settled();
    expect([whole, settles()]).toEqual([null, 0]);
    calls[0]?.answer(yes);
    await finished;
    expect([whole, settles()]).toEqual(['The beginning', 1]);
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
    live.add('The beginning');
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
    live.add('The beginning');
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
      live.add('The beginning');
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
  expect(await live.finish()).toBe('x'.repeat(10_000));
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
      shown: () => {},
    },
    alarm,
    alarm.now,
  );
  live.add('The answer is somethi');
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
    [0, 'The answer is somethi', 'flowing'],
    [300, 'The answer is somethi', 'resting'],
    [2_000, 'The answer is something new. ', 'resting'],
  ]);
});

it('sets no alarm anew for each piece that comes while one is set', async () => {
  const { live, alarm, pass } = grow();
  live.add('The beginning.');
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
