import { describe, expect, it } from 'vitest';
import { createEar } from '../../../src/actors/effects/ear.ts';
import { createLiveWork, type Work } from '../../../src/actors/effects/live-work.ts';
import type { LinkEvent } from '../../../src/ports.ts';
import { createFakeAlarm } from '../../support/fake-alarm.ts';
import { settled } from '../../support/until.ts';
import { agent, contextId, eventId } from '../support.ts';

const step = (on: string | null, step: number | null = null, steps: number | null = null): Work => ({
  on,
  step,
  steps,
});
const NOTICE = { notice: eventId('work'), answers: eventId(1) };
const capabilities = { idempotent: false, request_id: false, confirmations: false, stop: false, contexts: false };

/** Work whose edits are done at once, or, `held`, when the test says so. */
function worker({ progress = 'notice', held = false }: { progress?: 'notice' | 'off'; held?: boolean } = {}) {
  const alarm = createFakeAlarm(0);
  const told: [number, string, Work][] = [];
  const ends: (() => void)[] = [];
  const live = createLiveWork({
    pace: { progress, firstEditMs: 2_000 },
    alarm,
    now: alarm.now,
    tell: (work) => void told.push([alarm.now(), 'tell', work]),
    edit: (notice, work, nth) => {
      expect(notice).toEqual(NOTICE);
      told.push([alarm.now(), `edit ${nth}`, work]);
      return held ? new Promise((_, fail) => ends.push(() => fail(new Error('closing')))) : Promise.resolve();
    },
  });
  return {
    live,
    alarm,
    told,
    ends,
    async pass(ms: number) {
      for (let done = 0; done < ms; done += 100) {
        alarm.advance(100);
        await settled();
      }
    },
  };
}

describe('what an agent does meanwhile', () => {
  it('is told once it takes longer than a moment, as it is by then', async () => {
    const { live, told, pass } = worker();
    live.does(step('search'));
    await pass(1_000);
    live.does(step('read', 2, 3));
    await pass(400);
    expect(told).toEqual([]);
    await pass(5_000);
    expect(told).toEqual([[1_500, 'tell', step('read', 2, 3)]]);
  });

  it('is not told where text comes soon, nor while it grows', async () => {
    const { live, told, pass, alarm } = worker();
    live.does(step('search'));
    await pass(1_000);
    live.says();
    await pass(5_000);
    for (let word = 0; word < 20; word++) {
      live.does(step('think'));
      await pass(200);
      live.says();
    }
    expect([told, alarm.pending()]).toEqual([[], []]);
    live.does(step('search'));
    await pass(1_500);
    expect(told).toEqual([[11_500, 'tell', step('search')]]);
  });

  it('changes with it, at a pace that slows, the latest first', async () => {
    const { live, told, pass } = worker();
    live.does(step('one'));
    await pass(1_500);
    live.standsIn(NOTICE);
    for (let n = 0; n < 100; n++) {
      live.does(step(`step ${n}`));
      await pass(100);
    }
    const changes = told.slice(1).map(([at, what, { on }]) => [at, what, on]);
    expect(changes).toEqual([
      [3_500, 'edit 1', 'step 19'],
      [6_100, 'edit 2', 'step 45'],
      [9_480, 'edit 3', 'step 79'],
    ]);
  });

  it('is changed a bounded number of times, and never into what it says already', async () => {
    const { live, told, pass } = worker();
    live.does(step('one'));
    await pass(1_500);
    live.standsIn(NOTICE);
    live.does(step('one'));
    await pass(10_000);
    expect(told).toHaveLength(1);
    for (let n = 0; n < 200; n++) {
      live.does(step(`step ${n}`));
      await pass(20_000);
    }
    expect(told.length - 1).toBe(20);
  });

  it('is changed one at a time, also where a change fails', async () => {
    const { live, told, pass, ends } = worker({ held: true });
    live.does(step('one'));
    await pass(1_500);
    live.standsIn(NOTICE);
    live.does(step('two'));
    await pass(2_000);
    live.does(step('three'));
    await pass(20_000);
    expect(told.map(([, what]) => what)).toEqual(['tell', 'edit 1']);
    ends[0]?.();
    await pass(3_000);
    expect(told.map(([, , { on }]) => on)).toEqual(['one', 'two', 'three']);
  });

  it('goes on in the notice of a run before', async () => {
    const { live, told, pass } = worker();
    live.standsIn(NOTICE);
    live.does(step('two'));
    await pass(2_000);
    expect(told).toEqual([[2_000, 'edit 1', step('two')]]);
  });

  it.each(['off', 'over'])('is not told where that is %s', async (how) => {
    const { live, told, pass, alarm } = worker({ progress: how === 'off' ? 'off' : 'notice' });
    live.does(step('search'));
    if (how === 'over') live.end();
    live.does(step('read'));
    await pass(5_000);
    expect([told, alarm.pending()]).toEqual([[], []]);
  });
});

describe('whoever listens beside a turn', () => {
  function overhears(...events: LinkEvent[]) {
    const did: string[] = [];
    const heard: LinkEvent[] = [];
    const ear = createEar(
      (_, listen) => {
        for (const event of events) listen(event);
        return { ask: () => {}, confirm: () => {}, stop: () => {}, close: () => {} };
      },
      () => 7,
      {
        does: ({ on, step: at }) => did.push(`does ${on} ${at}`),
        says: () => did.push('says'),
        standsIn: () => {},
        end: () => did.push('end'),
      },
    );
    ear.openLink({ agent, contextId: contextId(1) }, (event) => heard.push(event));
    return { did, heard, ear };
  }

  it('knows when the agent was last heard, and whether it answers, and hides nothing', () => {
    const events: LinkEvent[] = [{ type: 'opened' }, { type: 'ready', capabilities, session: null }];
    const { heard, ear } = overhears(...events);
    expect([heard, ear.heard]).toEqual([events, { at: 7, begun: false }]);
    expect(overhears().ear.heard).toBeNull();
    expect(overhears({ type: 'text', text: 'x' }, { type: 'file', path: 'a' }).ear.heard).toEqual({
      at: 7,
      begun: true,
    });
  });

  it('tells work from text, and not what says nothing', () => {
    const { did } = overhears(
      { type: 'progress', text: 'search', step: null, steps: null },
      { type: 'progress', text: '', step: null, steps: 2 },
      { type: 'progress', text: '', step: 2, steps: 2 },
      { type: 'text', text: 'x' },
      { type: 'ended', outcome: 'done', tokens: 1 },
    );
    expect(did).toEqual(['does search null', 'does null 2', 'says', 'end']);
    expect(overhears({ type: 'unreachable', trouble: 'unreachable', detail: '' }).did).toEqual(['end']);
  });
});
