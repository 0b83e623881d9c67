import { describe, expect, it } from 'vitest';
import { RoomId } from '../../machines/ids.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { isToTheBot } from '../../machines/addressed.ts';
import { createCompanyOf, createGlances } from '../../src/actors/company.ts';
import type { Present } from '../../src/ports.ts';
import type { Input } from '../../src/durable/definition.ts';
import { input } from '../support/inputs.ts';
import { after, agent, ann, bob, contextId, contextOf, eventId, freshRecord, ROOM, textOf } from './support.ts';

const ghost = '@ghost:bridge' as typeof ann;

/** A homeserver that shows this, and counts how often it is asked. */
function looking(seen: Present | null) {
  let asked = 0;
  let time = 1_000;
  const world = {
    companyIn: async () => (asked++, seen),
    isPerson: (user: typeof ann) => user !== ghost,
    groups: 'decline' as const,
    now: () => time,
  };
  return { world, asked: () => asked, wait: (ms: number) => (time += ms) };
}

describe('the company in a room', () => {
  it.each<[string, Present | null, 'declined' | null]>([
    ['is nobody where only its person is', { members: [ann], open: false }, null],
    ['is nobody where its person left', { members: [], open: false }, null],
    ['is nobody where the bot is out again', null, null],
    ['is whoever else is there, or invited', { members: [ann, bob], open: false }, 'declined'],
    ['is no account that is no person', { members: [ann, ghost], open: false }, null],
    ['is everybody where all may come in or read', { members: [], open: true }, 'declined'],
  ])('%s', async (_, seen, expected) => {
    const { world } = looking(seen);
    expect(await createCompanyOf(world)(ROOM, ann)).toBe(expected);
    expect(await createCompanyOf({ ...world, groups: 'accept' })(ROOM, ann)).toBe(expected && 'accepted');
  });

  it('is looked for once a minute where each word asks, of a thousand rooms', async () => {
    const { world, asked, wait } = looking({ members: [ann], open: false });
    const companyOf = createGlances(world);
    expect([await companyOf(ROOM, ann), await companyOf(ROOM, bob), asked()]).toEqual([null, 'declined', 1]);
    wait(59_999);
    await companyOf(ROOM, ann);
    expect(asked()).toBe(1);
    wait(1);
    await companyOf(ROOM, ann);
    expect(asked()).toBe(2);
    for (let n = 0; n < 999; n++) await companyOf(RoomId.parse(`!r${n}:test`), ann);
    await companyOf(ROOM, ann);
    expect(asked()).toBe(1_001);
    await companyOf(RoomId.parse('!one-more:test'), ann);
    await companyOf(ROOM, ann);
    expect(asked()).toBe(1_003);
  });

  it('is looked for again where the bot was out of the room', async () => {
    const { world, asked } = looking(null);
    const companyOf = createGlances(world);
    expect([await companyOf(ROOM, ann), await companyOf(ROOM, ann), asked()]).toEqual([null, null, 2]);
  });

  it('is looked for again where that failed, and where the clock was set back', async () => {
    const { world, asked, wait } = looking({ members: [ann], open: false });
    const down = Promise.reject(new Error('closed'));
    const failing = createGlances({ ...world, companyIn: () => (world.companyIn().catch(() => {}), down) });
    await expect(failing(ROOM, ann)).rejects.toThrow('closed');
    await expect(failing(ROOM, ann)).rejects.toThrow('closed');
    expect(asked()).toBe(2);
    const companyOf = createGlances(world);
    await companyOf(ROOM, ann);
    wait(-500);
    await companyOf(ROOM, ann);
    expect(asked()).toBe(4);
  });
});

describe('words of a person', () => {
  const said = (company: 'declined' | 'accepted' | null, event: RoomEvent): Input => {
    const claimed = { type: 'room.claimed', person: ann, role: 'chat', agent, assignment: 'configured' } as const;
    return { ...input(event), facts: { claimed: { ...claimed, number: null, name: null }, company } } as Input;
  };
  const text = { type: 'text.received', text: textOf(1) } satisfies RoomEvent;

  it.each<[string, Input, boolean]>([
    ['that are heard while others are seen in the room are for nobody', said('declined', text), false],
    ['to the bot neither: it leaves', said('declined', { ...text, addressed: true }), false],
    ['are for nobody where it may stay', said('accepted', text), false],
    ['to the bot are for it where it may stay', said('accepted', { ...text, addressed: true }), true],
    ['are for it where nobody else is', said(null, text), true],
  ])('%s', (_, words, isHeard) => {
    expect(contextOf(after(freshRecord(), words)).turn !== null).toBe(isHeard);
  });

  it('that were on their way when the bot gave the room up are for nobody', () => {
    const departing = after(freshRecord(), input({ type: 'company.declined' }));
    expect(contextOf(after(departing, input(text, 0, '$1')))).toEqual(contextOf(departing));
  });
});

describe('said among others, to the bot', () => {
  const context = contextOf(
    freshRecord(ROOM, { question: { id: 'q', text: '?', expiresInMs: null, shown: eventId('question') } }),
  );
  const said = (body: object, sender = ann): RoomEvent => ({
    type: 'text.received',
    text: { ...textOf(1, sender), ...body },
  });

  it.each<[string, RoomEvent, boolean]>([
    ['words', said({}), false],
    ['words that mention it', { ...said({}), addressed: true } as RoomEvent, true],
    ['words of somebody else that mention it', { ...said({}, bob), addressed: true } as RoomEvent, true],
    ['a reply to its open question', said({ replyTo: eventId('question') }), true],
    ['a reply to another message', said({ replyTo: eventId('other') }), false],
    ['a reply of somebody else to its question', said({ replyTo: eventId('question') }, bob), false],
    ['a command', { type: 'command.stop', eventId: eventId(1), sender: ann }, true],
    ['a command of somebody else', { type: 'command.stop', eventId: eventId(1), sender: bob }, false],
    [
      'a command that it does not know',
      { type: 'command.unknown', eventId: eventId(1), sender: ann, name: 'x' },
      false,
    ],
    ['a file', { type: 'file.received', eventId: eventId(1), sender: ann, name: 'x' }, false],
  ])('%s', (_, event, expected) => {
    expect(isToTheBot(context, event)).toBe(expected);
  });

  const choosing = contextOf(
    freshRecord(ROOM, { dialog: { about: 'a save to load', saves: [], shown: eventId('list') } }),
  );
  const clearing = contextOf(
    freshRecord(ROOM, { dialog: { about: 'a clear', contextId: contextId(8), shown: eventId('list') } }),
  );

  it.each<[string, RoomContext, RoomEvent, boolean]>([
    ['a number, where it asks for one', choosing, said({ body: ' 2 ' }), true],
    ['what leaves the list', choosing, said({ body: '0' }), true],
    ['a number of somebody else', choosing, said({ body: '2' }, bob), false],
    ['a number, in reply to another', choosing, said({ body: '2', replyTo: eventId('other') }), false],
    ['other words', choosing, said({ body: 'at 2' }), false],
    ['a number, where it asks for none', context, said({ body: '2' }), false],
    ['a yes, which may be to anybody', clearing, said({ body: 'yes' }), false],
    ['a reply to its own question', clearing, said({ body: 'yes', replyTo: eventId('list') }), true],
  ])('%s', (_, at, event, expected) => {
    expect(isToTheBot(at, event)).toBe(expected);
  });
});
