/** What is done with an agent's memory, on a link and with files in the hands of the test. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContextId } from '../../../machines/ids.ts';
import type { Task, Text } from '../../../machines/room.model.ts';
import { openTaskLinks } from '../../../src/actors/effects/task-link.ts';
import type { LinkEvent, SaveFile, SaveSight } from '../../../src/ports.ts';
import { logBook } from '../../support/log-book.ts';
import { settled } from '../../support/until.ts';
import { agent, contextId, ROOM, textOf } from '../support.ts';

const here = contextId(1);
const to = contextId(2);
const name = 'plan';
const save: Task = { kind: 'save', name };
const load: Task = { kind: 'load', name };
const branch: Task = { kind: 'branch', name, to, chat: 'Another way' };
const there = (print: string): SaveSight => ({ is: 'there', print });
const missing: SaveSight = { is: 'missing', why: 'ENOENT' };
const unseen: SaveSight = { is: 'unseen', why: 'EACCES' };

const capabilities = { idempotent: false, request_id: false, confirmations: true, stop: true };
const ready = (contexts: boolean): LinkEvent => ({
  type: 'ready',
  capabilities: { ...capabilities, contexts },
  session: null,
});
const done: LinkEvent = { type: 'ended', outcome: 'done', tokens: 7 };
const stopped: LinkEvent = { type: 'ended', outcome: 'stopped' };
const question: LinkEvent = { type: 'question', id: 'q1', text: 'May I?', expiresInMs: null };
const failed = (trouble: string, detail: string) => ({ type: 'ended', outcome: 'failed', trouble, detail });

/** A link whose agent is ready; `sights`: what each look at the file sees, for a look that the test answers null. */
function linkFor(contexts: boolean, sights: (SaveSight | null)[] = [], at: ContextId = here) {
  const asked: Text[] = [];
  const happened: string[] = [];
  const looked: SaveFile[] = [];
  const events: LinkEvent[] = [];
  const answers: ((sight: SaveSight) => void)[] = [];
  const log = logBook();
  let hear: (event: LinkEvent) => void = () => undefined;
  const open = openTaskLinks({
    openLink: (_, listen) => {
      hear = listen;
      return {
        ask: ({ text }) => void asked.push(text),
        confirm: (id, approved) => void happened.push(`confirm ${id} ${approved}`),
        stop: () => void happened.push('stop'),
        close: () => void happened.push('close'),
      };
    },
    saves: {
      pathOf: (file) => `contexts/${file.name}.md`,
      look(file) {
        looked.push(file);
        const sight = sights.shift();
        if (sight === undefined) return Promise.reject(new Error('nobody looks now'));
        return sight === null ? new Promise((resolve) => answers.push(resolve)) : Promise.resolve(sight);
      },
    },
    log,
  });
  const link = open({ agent, contextId: at, about: () => ({ turn: 7 }) }, (event) => void events.push(event));
  hear(ready(contexts));
  events.length = 0;
  const text = (task?: Task): Text => ({ ...textOf(1), body: '!save plan', ...(task && { task }) });
  return {
    ...{ link, asked, happened, looked, events, log },
    hear: (event: LinkEvent) => hear(event),
    answer: (sight: SaveSight) => answers.shift()?.(sight),
    text,
    async ask(task?: Task) {
      link.ask({ text: text(task), room: ROOM });
      await settled();
    },
    async hears(event: LinkEvent) {
      hear(event);
      await settled();
    },
  };
}

describe('a text without a task', () => {
  test.each([true, false])('is asked as ever, and all of its answer is passed on (frames: %s)', async (contexts) => {
    const { link, ask, asked, text, hear, events, happened } = linkFor(contexts);
    await ask();
    expect(asked).toEqual([text()]);
    const all: LinkEvent[] = [
      { type: 'text', text: 'Hi' },
      { type: 'progress', text: 'thinking', step: null, steps: null },
      { type: 'file', path: 'a.txt' },
      question,
      done,
    ];
    all.forEach(hear);
    expect(events).toEqual(all);
    link.confirm('q1', true);
    link.stop();
    link.close();
    expect(happened).toEqual(['confirm q1 true', 'stop', 'close']);
  });
});

describe('an agent with frames', () => {
  test.each([save, load, branch])(
    'gets the task itself, nobody looks at files, and END is the end: %j',
    async (task) => {
      const { ask, asked, text, hears, events, looked } = linkFor(true);
      await ask(task);
      expect(asked).toEqual([text(task)]);
      await hears(done);
      expect({ events, looked }).toEqual({ events: [done], looked: [] });
    },
  );

  test('is asked in words to go on with a branch that it saved in words', async () => {
    const { ask, asked, hears, events } = linkFor(true, [there('1')], to);
    await ask(branch);
    expect(asked.map(({ body }) => body.split('\n')[0])).toEqual([
      'Please read the file `contexts/plan.md` of your workspace.',
    ]);
    await hears(done);
    expect(events).toEqual([done]);
  });

  test.each<LinkEvent>([
    { type: 'ended', outcome: 'failed', trouble: 'save-is-gone', detail: 'ERROR CONTEXT_NOT_FOUND' },
    { type: 'ended', outcome: 'failed', trouble: 'silent', detail: 'no frame' },
    stopped,
    { type: 'unreachable', trouble: 'no-status', detail: 'no STATUS' },
  ])('ends as its link ends: %j', async (end) => {
    const { ask, hears, events } = linkFor(true);
    await ask(load);
    await hears(end);
    await hears(done);
    expect(events).toEqual([end]);
  });
});

describe('an agent without frames', () => {
  test.each<[Task, ContextId, string, SaveSight[]]>([
    [save, here, 'save', [missing, there('1')]],
    [branch, here, 'save', [there('1'), there('2')]],
    [load, here, 'load', [there('1')]],
    [branch, to, 'load', [there('1')]],
  ])('is asked in words, without the reply and the task: %j in %s', async (task, at, wish, sights) => {
    const { ask, asked, hears, events, looked } = linkFor(false, sights, at);
    await ask(task);
    const { sender } = textOf(1);
    // The second half of a copy is another message than the first.
    const messageId = task === branch && at === to ? '$1/load' : '$1';
    expect(asked).toEqual([{ eventId: messageId, sender, body: expect.any(String) as string, replyTo: null }]);
    const [{ body } = { body: '' }] = asked;
    expect(body).toContain('`contexts/plan.md`');
    expect(body.endsWith(wish === 'save' ? 'reply only: Saved' : 'reply only: Loaded')).toBe(true);
    await hears(done);
    expect(events).toEqual([done]);
    const file = { agent, person: sender, name };
    expect(looked).toEqual(wish === 'save' ? [file, file] : [file]);
  });

  test.each<[string, Task, SaveSight[], object]>([
    ['it does not see the workspace', save, [unseen], failed('workspace-unseen', 'save by words: EACCES')],
    ['it does not see the workspace', load, [unseen], failed('workspace-unseen', 'load by words: EACCES')],
    ['there is no such save', load, [missing], failed('save-is-gone', 'load by words: ENOENT')],
  ])('is not asked where %s: %j', async (_, task, sights, end) => {
    const { ask, asked, events, happened, log } = linkFor(false, sights);
    await ask(task);
    expect({ asked, events, happened }).toEqual({ asked: [], events: [end], happened: ['close'] });
    const { trouble, detail } = end as { trouble: string; detail: string };
    const why = detail.split(': ')[1];
    const fields = { turn: 7, agent, trouble, why };
    expect(log.lines).toEqual([{ level: 'info', message: 'a save by words failed', fields }]);
  });

  test.each<[string, SaveSight, SaveSight, object]>([
    ['there is no file', missing, missing, failed('not-saved', 'save by words: ENOENT')],
    ['it took the file away', there('1'), missing, failed('not-saved', 'save by words: ENOENT')],
    ['the file is as before', there('1'), there('1'), failed('not-saved', 'save by words: it is as before')],
    ['nobody can look any more', missing, unseen, failed('workspace-unseen', 'save by words: EACCES')],
  ])('did not save where %s, whatever it says', async (_, before, after, end) => {
    const { ask, hear, hears, events } = linkFor(false, [before, after]);
    await ask(save);
    hear({ type: 'text', text: 'Saved' });
    await hears(done);
    expect(events).toEqual([end]);
  });

  test.each<LinkEvent>([
    stopped,
    { type: 'ended', outcome: 'failed', trouble: 'silent', detail: 'no frame' },
    { type: 'ended', outcome: 'failed', trouble: 'connection-lost', detail: 'closed with 1006' },
    { type: 'ended', outcome: 'failed', trouble: 'agent-error', detail: 'ERROR 5' },
  ])('is not looked after when its turn ends otherwise: %j', async (end) => {
    const { ask, hears, events, looked } = linkFor(false, [missing]);
    await ask(save);
    await hears(end);
    expect({ events, looks: looked.length }).toEqual({ events: [end], looks: 1 });
  });
});

describe('while the file is looked at', () => {
  test.each<LinkEvent>([stopped, { type: 'unreachable', trouble: 'unreachable', detail: 'closed with 1006' }])(
    'before the turn, its link may end: nothing is asked (%j)',
    async (end) => {
      const { ask, hears, answer, asked, events, happened } = linkFor(false, [null]);
      await ask(save);
      await hears(end);
      answer(unseen);
      await settled();
      expect({ asked, events, happened }).toEqual({ asked: [], events: [end], happened: ['close'] });
    },
  );

  test('after the turn, a stop is heard at once', async () => {
    const { link, ask, hears, answer, events } = linkFor(false, [missing, null]);
    await ask(save);
    await hears(done);
    expect(events).toEqual([]);
    link.stop();
    expect(events).toEqual([stopped]);
    answer(there('1'));
    await settled();
    expect(events).toEqual([stopped]);
  });

  test.each([0, 1])('a closed link tells nothing any more (look %i)', async (look) => {
    const { link, ask, hears, answer, asked, events } = linkFor(false, look === 0 ? [null] : [missing, null]);
    await ask(save);
    if (look === 1) await hears(done);
    const before = asked.length;
    link.close();
    answer(look === 0 ? missing : there('1'));
    await settled();
    expect({ asked: asked.length, events }).toEqual({ asked: before, events: [] });
  });

  test.each([0, 1])('what breaks ends the turn, and the log says so (look %i)', async (look) => {
    const { ask, hears, events, log } = linkFor(false, look === 0 ? [] : [missing]);
    await ask(save);
    if (look === 1) await hears(done);
    expect(events).toEqual([failed('connection-lost', 'nobody looks now')]);
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'what is done with a memory broke'],
    ]);
  });
});

const anything = fc.oneof(
  fc.string().map((text): LinkEvent => ({ type: 'text', text })),
  fc.string().map((text): LinkEvent => ({ type: 'progress', text, step: null, steps: null })),
  fc.string().map((path): LinkEvent => ({ type: 'file', path })),
  fc.constantFrom<LinkEvent>(question, done, stopped, ready(true), ready(false)),
);

test('whatever comes during a task, nothing is heard of it but questions and one end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.constantFrom(save, load, branch),
      fc.array(anything, { maxLength: 12 }),
      async (contexts, task, given) => {
        const { ask, hears, events } = linkFor(contexts, [there('1'), there('2')]);
        await ask(task);
        for (const event of given) await hears(event);
        const endings = events.filter(({ type }) => type === 'ended');
        expect(endings).toEqual(given.some(({ type }) => type === 'ended') ? [events.at(-1)] : []);
        const rest = events.filter(({ type }) => !['ended', 'question', 'ready'].includes(type));
        expect(rest).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
