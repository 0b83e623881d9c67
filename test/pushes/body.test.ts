import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentId, ContextId } from '../../machines/ids.ts';
import { readPush } from '../../src/pushes/body.ts';

const here = { agent: AgentId.parse('a'), contextId: ContextId.parse('7') };
const read = (body: unknown) => readPush(body, here);
const wrong = (field: string) => ({
  is: 'wrong',
  why: `${field} is not what it should be; see docs/agent-protocol.md.`,
});

function pushed(body: object) {
  const found = read(body);
  if (found.is === 'wrong') throw new Error(found.why);
  const { id: _, print: __, agent: ___, contextId: ____, ...said } = found.pushed;
  return said;
}

test('what has ended, with its words and files', () => {
  const body = { event_id: 'e1', kind: 'done', text: 'All of it.', files: ['out/a.txt'], task_id: 7 };
  expect(pushed(body)).toEqual({ user: null, task: '7', kind: 'done', text: 'All of it.', files: ['out/a.txt'] });
  expect(pushed({ event_id: 1, kind: 'failed', text: ' \u200b\n', user_id: '@ann:test', chat_id: 7 })).toEqual({
    ...{ user: '@ann:test', task: '', kind: 'failed', text: null, files: [] },
  });
});

test('what goes on, in one line without keys', () => {
  const body = { event_id: 'e1', kind: 'progress', text: 'reading\n4f9a8b7c6d5e4f3a2b1c', step: 1, steps: 'many' };
  expect(pushed(body)).toEqual({
    ...{ user: null, task: '', kind: 'progress', work: { on: 'reading …', step: 1, steps: null } },
  });
  expect(pushed({ event_id: 'e1', kind: 'progress' })).toEqual({
    ...{ user: null, task: '', kind: 'progress', work: { on: null, step: null, steps: null } },
  });
});

test.each([
  ['task_done', { text: 'a', message: 'b' }, { kind: 'done', text: 'a', files: [] }],
  ['task_done', { message: 'b', result: 'c', files: ['x'] }, { kind: 'done', text: 'b', files: ['x'] }],
  ['task_done', { text: 1, result: 'c' }, { kind: 'done', text: 'c', files: [] }],
  ['task_error', { error: 'd' }, { kind: 'failed', text: 'd', files: [] }],
  ['task_error', null, { kind: 'failed', text: null, files: [] }],
  ['task_done', 'plain', { kind: 'done', text: 'plain', files: [] }],
  ['task_progress', { message: 'b' }, { kind: 'progress', work: { on: 'b', step: null, steps: null } }],
])('an AgentEvent as it was: %s %j', (type, payload, said) => {
  const body = { event_id: 'e', user_id: '@ann:test', chat_id: '7', type, payload, created_at: '2026-04-01' };
  expect(pushed(body)).toEqual({ user: '@ann:test', task: '', ...said });
});

test.each<[unknown, string]>([
  [null, 'The body'],
  ['text', 'The body'],
  [[], 'The body'],
  [{}, 'event_id'],
  [{ event_id: '', kind: 'done' }, 'event_id'],
  [{ event_id: 'x'.repeat(256), kind: 'done' }, 'event_id'],
  [{ event_id: 'e\ud800', kind: 'done' }, 'event_id'],
  [{ event_id: '\udc00\ud800', kind: 'done' }, 'event_id'],
  [{ event_id: 'e' }, 'kind'],
  [{ event_id: 'e', kind: 'great' }, 'kind'],
  [{ event_id: 'e', type: 'task_lost' }, 'kind'],
  [{ event_id: 'e', kind: 'done', text: 1 }, 'text'],
  [{ event_id: 'e', kind: 'done', files: 'a' }, 'files'],
  [{ event_id: 'e', kind: 'done', files: [''] }, 'files.0'],
  [{ event_id: 'e', kind: 'done', files: ['x'.repeat(4097)] }, 'files.0'],
  [{ event_id: 'e', kind: 'done', files: Array.from({ length: 21 }, () => 'a') }, 'files'],
  [{ event_id: 'e', kind: 'done', task_id: 'x'.repeat(256) }, 'task_id'],
])('what is none: %j', (body, field) => {
  expect(read(body)).toEqual(wrong(field));
});

test('what is about another conversation or nobody', () => {
  const body = { event_id: 'e', kind: 'done' };
  expect(read({ ...body, chat_id: '8' })).toEqual({ is: 'wrong', why: 'chat_id is not the one of the address.' });
  expect(read({ ...body, user_id: 'ann' })).toEqual({ is: 'wrong', why: 'user_id is no Matrix user id.' });
});

test('an id names a push, and its print all that it says', () => {
  const one = read({ event_id: 'e', kind: 'done', text: 'a' });
  const same = read({ event_id: 'e', kind: 'done', text: 'a', created_at: 'later' });
  const other = read({ event_id: 'e', kind: 'done', text: 'b' });
  expect(same).toEqual(one);
  if (one.is === 'wrong' || other.is === 'wrong') throw new Error('both are pushes');
  expect(other.pushed.id).toBe(one.pushed.id);
  expect(other.pushed.print).not.toBe(one.pushed.print);
  expect(one.pushed.id).toMatch(/^[\w-]{16}$/);
});

test('whatever comes, it is a push within its bounds or a sentence', () => {
  const field = fc.oneof(fc.anything(), fc.constantFrom('done', 'task_done', 'e', 7, ['a']));
  const shaped = fc.record(
    Object.fromEntries(
      ['event_id', 'kind', 'type', 'text', 'files', 'task_id', 'step', 'payload', 'user_id', 'chat_id'].map((name) => [
        name,
        field,
      ]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(shaped, fc.anything()), (body) => {
      const found = read(body);
      if (found.is === 'wrong') {
        expect(found.why).toMatch(/\.$/);
        return;
      }
      const { kind, task, id } = found.pushed;
      expect([id.length, task.length <= 255]).toEqual([16, true]);
      if (found.pushed.kind !== 'progress') expect(found.pushed.files.length).toBeLessThanOrEqual(20);
      expect(['done', 'failed', 'progress']).toContain(kind);
    }),
    { numRuns: 500 },
  );
});
