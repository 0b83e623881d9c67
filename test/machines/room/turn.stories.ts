import { describe, expect, it } from 'vitest';
import { ContextId, TurnId } from '../../../machines/ids.ts';
import type { Trouble } from '../../../machines/notices.ts';
import { newTurn } from '../../../machines/room.model.ts';
import {
  awaitingStatus,
  busy,
  connecting,
  each,
  finishing,
  idle,
  interrupted,
  streaming,
  stopping,
  tooLong,
  waiting,
} from './scenes.ts';
import {
  agent,
  asked,
  awaited,
  closed,
  command,
  delivered,
  delivery,
  ended,
  granted,
  hidden,
  id,
  opened,
  placeWanted,
  ready,
  refused,
  resumed,
  sentFile,
  shown,
  stopWanted,
  text,
  typing,
  unreachable,
  words,
  alerted,
  told,
} from './story.ts';

const turn = newTurn({ id: TurnId.parse(1), text: words('1'), contextId: ContextId.parse('7') });
const over = [closed(), hidden];

describe('a turn', () => {
  it('begins with a text: typing is shown, a place is wanted', () => {
    expect(idle.on(text('1'))).toEqual({
      at: 'asking / waiting for a place',
      does: [typing, placeWanted()],
      changes: { turns: 1, turn },
    });
  });

  it('begins from an interrupted room likewise and passes over what was interrupted', () => {
    expect(interrupted.on(text('2'))).toEqual({
      at: 'asking / waiting for a place',
      does: [typing, placeWanted(2)],
      changes: {
        turns: 2,
        turn: { ...turn, id: 2, text: words('2') },
        unanswered: [{ text: words('1'), why: 'interrupted', passed: true }],
      },
    });
  });

  it('remembers where it stands in the line of the agent, as the line moves', () => {
    expect(waiting.on(awaited(3))).toEqual({
      at: 'asking / waiting for a place',
      does: [],
      changes: { turn: { ...turn, position: 3 } },
    });
    const third = waiting.after(awaited(3));
    expect(third.on(awaited(2)).changes).toEqual({ turn: { ...turn, position: 2 } });
    expect(third.after(granted()).context.turn).toEqual(turn);
  });

  it('connects when it has a place', () => {
    expect(waiting.on(granted())).toEqual({
      at: 'asking / working / connecting',
      does: [
        [
          'open the connection',
          { turn: 1, agent, contextId: '7', answers: id('1'), preview: null, mayHaveBegun: false },
        ],
      ],
      changes: {},
    });
    expect(waiting.after(granted()).timers).toEqual({ turnLimit: 1_800_000 });
  });

  it('waits for the status once the connection is open', () => {
    expect(connecting.on(opened())).toEqual({ at: 'asking / working / awaiting status', does: [], changes: {} });
  });

  it('sends its text once the agent is ready, and remembers what the agent can do', () => {
    expect(awaitingStatus.on(ready({ idempotent: true, confirmations: true, session: 's1' }))).toEqual({
      at: 'asking / working / streaming',
      does: [['send the user message', { turn: 1, text: words('1') }]],
      changes: { session: 's1', turn: { ...turn, idempotent: true, confirmations: true } },
    });
  });

  it('remembers the message that shows the beginning of the answer', () => {
    expect(streaming.on(shown())).toEqual({
      at: 'asking / working / streaming',
      does: [],
      changes: { turn: { ...turn, preview: id('preview') } },
    });
    expect(streaming.after(shown()).on(ended('done', 'all')).does).toEqual([delivery('all', id('preview'))]);
  });

  it.each([
    ['done', null],
    ['stopped', null],
    ['failed', 'agent-error'],
  ] as const)('%s, is delivered as what stands there where its beginning says all of it', (outcome, trouble) => {
    const stands = id('preview');
    const over = { ...ended(outcome, 'all', trouble), stands };
    const scene = outcome === 'stopped' ? stopping : streaming;
    expect(scene.after(shown()).on(over).does[0]).toEqual([
      'deliver the answer',
      { turn: 1, answer: { markdown: 'all' }, preview: stands, stands, answers: id('1') },
    ]);
  });

  it('remembers the file that the agent sends, for the end', () => {
    expect(streaming.on(sentFile())).toEqual({
      at: 'asking / working / streaming',
      does: [],
      changes: { turn: { ...turn, sends: ['/workspace/a.txt'] } },
    });
  });

  it('is finished when its answer is in the room', () => {
    expect(streaming.on(ended('done', 'answer'))).toEqual({
      at: 'asking / finishing',
      does: [delivery('answer')],
      changes: {},
    });
    expect(finishing.on(delivered())).toEqual({ at: 'idle', does: over, changes: { turn: null, last: [words('1')] } });
  });

  it('says so when the homeserver refuses the answer', () => {
    expect(finishing.on(refused())).toEqual({
      at: 'idle',
      does: [...over, alerted({ key: 'answer was refused', tooLarge: false })],
      changes: {
        turn: null,
        last: [words('1')],
        unanswered: [{ text: words('1'), why: 'failed', answer: { markdown: 'answer' } }],
      },
    });
  });

  it('says that it is too large only where the homeserver says so', () => {
    expect(finishing.on(refused(1, 'M_TOO_LARGE')).does).toContainEqual(
      alerted({ key: 'answer was refused', tooLarge: true }),
    );
  });

  it('sends the same answer again on !retry, in a turn that asks nobody', () => {
    const again = finishing.after(refused()).on(command('retry'));
    expect(again).toEqual({
      at: 'asking / finishing',
      does: [
        [
          'deliver the answer',
          { turn: 2, answer: { markdown: 'answer' }, preview: null, answers: '$1', relation: { isReply: true } },
        ],
        ['show typing', {}],
      ],
      changes: { turns: 2, turn: { ...turn, id: TurnId.parse(2), waited: true }, unanswered: [] },
    });
  });

  it('asks for the whole again where only a piece was refused', () => {
    const broken = streaming.after(ended('failed', 'a piece', 'agent-error'), refused());
    expect(broken.on(command('retry')).at).toBe('asking / waiting for a place');
  });

  it('says so when the agent had no word', () => {
    expect(streaming.on(ended('done', null))).toEqual({
      at: 'idle',
      does: [...over, alerted({ key: 'empty answer' })],
      changes: { turn: null, last: [words('1')] },
    });
  });

  it.each<[Trouble, 'failed' | 'interrupted', string]>([
    ['agent-error', 'failed', 'idle'],
    ['silent', 'failed', 'idle'],
    ['connection-lost', 'interrupted', 'interrupted'],
  ])('that breaks off (%s) is told and can be retried', (trouble, why, at) => {
    expect(streaming.on(ended('failed', null, trouble))).toEqual({
      at,
      does: [...over, alerted({ key: 'trouble', trouble })],
      changes: { turn: null, unanswered: [{ text: words('1'), why }] },
    });
  });

  it('that breaks off with a piece of an answer delivers the piece', () => {
    const broken = ended('failed', 'half', 'connection-lost');
    expect(streaming.on(broken)).toEqual({
      at: 'asking / finishing',
      does: [delivery('half'), alerted({ key: 'trouble', trouble: 'connection-lost' })],
      changes: { unanswered: [{ text: words('1'), why: 'interrupted' }] },
    });
    expect(streaming.after(broken).on(delivered()).at).toBe('interrupted');
  });

  it('ends once: a second END changes nothing while the answer is under way', () => {
    expect(finishing.on(ended('failed', 'other', 'silent'))).toEqual({
      at: 'asking / finishing',
      does: [],
      changes: {},
    });
  });

  it('that works too long is stopped, and why is remembered', () => {
    expect(streaming.on(streaming.end('turnLimit'))).toEqual({
      at: 'asking / stopping',
      does: [stopWanted('too-long')],
      changes: { turn: { ...turn, stoppedFor: 'too-long' } },
    });
  });

  it.each([
    ['the agent does not stop', tooLong.end('stopLimit')],
    ['the service was restarted', resumed],
  ])('that worked too long is told as trouble: %s', (_, event) => {
    expect(tooLong.on(event)).toEqual({
      at: 'idle',
      does: [...over, alerted({ key: 'trouble', trouble: 'too-long' })],
      changes: { turn: null, unanswered: [{ text: words('1'), why: 'failed' }] },
    });
  });
});

describe('what belongs to another turn', () => {
  const late = [
    granted(9),
    awaited(1, 9),
    opened(9),
    ready({ session: 'other' }, 9),
    unreachable(0, 9),
    asked(undefined, 9),
    sentFile(9),
    shown(9),
    ended('done', 'late', null, 9),
    ended('done', null, null, 9),
    ended('failed', 'late', 'silent', 9),
    ended('failed', null, 'silent', 9),
    delivered(9),
    refused(9, 'M_FORBIDDEN', '9'),
  ];

  it.each(each({ ...busy, idle, interrupted }))('changes nothing: %s', (at, scene) => {
    expect(late.map((event) => scene.on(event))).toEqual(late.map(() => ({ at, does: [], changes: {} })));
  });
});

describe('the memory of the agent', () => {
  const known = streaming.after(ended('done', 'answer'), delivered(), text('2'), granted(2), opened(2));
  const remembered = awaitingStatus
    .after(ready({ session: 's1' }), ended('done', 'answer'), delivered())
    .after(text('2'), granted(2), opened(2));

  it.each([
    ['another session', remembered, 's2', true],
    ['the same session', remembered, 's1', false],
    ['no session', remembered, null, false],
    ['a first session', known, 's1', false],
  ])('%s', (_, scene, session, afresh) => {
    const { at, does } = scene.on(ready({ session }, 2));
    expect({ at, does }).toEqual({
      at: 'asking / working / streaming',
      does: [
        ...(afresh ? [told({ key: 'agent starts afresh' }, '2', 2)] : []),
        ['send the user message', { turn: 2, text: words('2') }],
      ],
    });
    expect(scene.after(ready({ session }, 2)).context.session).toBe(session ?? scene.context.session);
  });
});
