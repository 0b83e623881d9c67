/** Which words, and whose, count as the word on an open question of the agent. */
import { describe, expect, it, test } from 'vitest';
import { wordIn } from '../../machines/consent.ts';
import type { Notice } from '../../machines/notices.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { step } from '../../src/durable/step.ts';
import { input } from '../support/inputs.ts';
import {
  after,
  ann,
  bob,
  definition,
  DEVICE,
  done,
  eventId,
  freshRecord,
  textInput,
  textOf,
  toStreaming,
  turnId,
} from './support.ts';

const question = { id: 'q', text: 'Send it?', expiresInMs: null };
const open = after(
  freshRecord(),
  ...[textInput(1), ...toStreaming(1, { confirmations: true })],
  input({ type: 'agent.asked', turn: turnId(1), question }),
  input({ type: 'question.shown', eventId: eventId('question') }),
);

it('what stands in the room of a question says which one it is', () => {
  const settled = (notice: Notice) =>
    definition.settled({ ...ITEM, params: { notice, answers: null } }, { ok: true, eventId: eventId('shown') });
  expect([
    settled({ key: 'agent asks', text: 'Send it?' }),
    settled({ key: 'clear is meant?' }),
    settled({ key: 'choose a save', saves: [] }),
    settled({ key: 'save is there already', save: 'notes' }),
    settled({ key: 'nothing runs' }),
  ]).toEqual([
    { type: 'question.shown', eventId: '$shown', asks: 'Send it?' },
    { type: 'dialog.shown', eventId: '$shown', about: 'a clear' },
    { type: 'dialog.shown', eventId: '$shown', about: 'a save to load' },
    { type: 'dialog.shown', eventId: '$shown', about: 'an overwrite' },
    null,
  ]);
});
const ITEM = { id: '1', type: 'say', since: 0, device: DEVICE, cursor: 0 };

const heard = (event: RoomEvent) => definition.classify(open.context, event, undefined).map(({ type }) => type);
const reaction = (of: string, key: string, sender = ann): RoomEvent => ({
  ...{ type: 'message.reacted', of: eventId(of), key, eventId: eventId('reaction'), sender },
});
const text = (body: string, replyTo: string | null = null, sender = ann): RoomEvent => ({
  type: 'text.received',
  text: { ...textOf('word', sender, body), replyTo: replyTo === null ? null : eventId(replyTo) },
});

describe('while a question is open', () => {
  it.each<[string, RoomEvent, string]>([
    ['a reaction of its person', reaction('question', '👍🏽'), 'command.yes'],
    ['a reaction of somebody else', reaction('question', '👍', bob), 'message.reacted'],
    ['a reaction on another message', reaction('other', '👍'), 'message.reacted'],
    ['a reaction that is no word', reaction('question', '🎉'), 'message.reacted'],
    ['the next text', text('Ok!'), 'command.yes'],
    ['a reply to the question', text('nein', 'question'), 'command.no'],
    ['a word in Russian', text('Да, пожалуйста!'), 'command.yes'],
    ['another one in Russian', text('не надо'), 'command.no'],
    ['a Russian text that says more', text('да, но подожди'), 'text.received'],
    ['a reply to another message', text('yes', 'other'), 'text.received'],
    ['a text that says more', text('yes, but wait'), 'text.received'],
    ['a text of somebody else', text('yes', null, bob), 'bystander.spoke'],
  ])('%s is heard as what it is', (_, event, type) => {
    expect(heard(event)).toEqual([type]);
  });
});

it('a plain yes stays in its thread', () => {
  const written = { eventId: eventId('word'), sender: ann, thread: eventId('root') };
  const said: RoomEvent = { type: 'text.received', text: { ...written, body: 'yes', replyTo: null } };
  expect(definition.classify(open.context, said, undefined)).toEqual([{ type: 'command.yes', ...written }]);
});

it('without an open question a plain yes is a text', () => {
  expect(definition.classify(freshRecord().context, text('yes'), undefined).map(({ type }) => type)).toEqual([
    'text.received',
  ]);
});

describe('🔁 of its person', () => {
  const answered = after(
    freshRecord(),
    ...[textInput(1), ...toStreaming(1), input(done(1))],
    input({
      ...{ type: 'answer.delivered', turn: turnId(1), piece: 0 },
      ...{ of: eventId(1), messages: [eventId('answer')] },
    }),
  );
  const hears = (event: RoomEvent) => definition.classify(answered.context, event, undefined);

  it.each<[string, string, string]>([
    ['the question', '1', '🔁'],
    ['the answer', 'answer', '🔁'],
    ['the answer, in another look', 'answer', '🔁\ufe0f'],
    ['the answer, by the sign beside it', 'answer', '🔄'],
  ])('is !retry in reply to what it is on: %s', (_, of, key) => {
    const retry = { type: 'command.retry', eventId: eventId('reaction'), sender: ann, replyTo: eventId(of) };
    expect(hears(reaction(of, key))).toEqual([{ ...retry, reaction: true }]);
  });

  it.each<[string, RoomEvent]>([
    ['of somebody else', reaction('answer', '🔁', bob)],
    ['on what nobody knows', reaction('other', '🔁')],
    ['another sign', reaction('answer', '👍')],
    ['a long one', reaction('answer', '🔁'.repeat(1_000_000))],
  ])('is nothing where it is %s', (_, event) => {
    expect(hears(event)).toEqual([event]);
    expect(step(definition, answered, [input(event)]).effects).toEqual([]);
  });
});

describe('the word by a reaction', () => {
  it('keeps the id of the reaction, by which it can be taken back', () => {
    const yes = { type: 'command.yes', eventId: eventId('reaction'), sender: ann, reaction: true };
    expect(definition.classify(open.context, reaction('question', '👍'), undefined)).toEqual([yes]);
  });

  it('is answered where the question stands', () => {
    const left = after(open, input({ type: 'resumed' }), input(reaction('question', '👍'), 0, '$reaction'));
    const { effects } = step(definition, left, [input({ type: 'place.granted', turn: turnId(2) })]);
    expect(effects.map(({ type, params }) => [type, params['answers']])).toContainEqual([
      ...['open the connection', eventId('question')],
    ]);
  });
});

test.each([
  ['Yes.', 'yes'],
  [' JA, bitte ', null],
  ['Ja bitte!', 'yes'],
  ['✔️', 'yes'],
  ['Nö', 'no'],
  ['👎🏿', 'no'],
  ['yesterday', null],
  ['', null],
  ['y'.repeat(1_000_000), null],
])('the word in %.20j is %j', (written, word) => {
  expect(wordIn(written)).toBe(word);
});
