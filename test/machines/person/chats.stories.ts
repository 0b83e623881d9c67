import { describe, expect, it } from 'vitest';
import { AgentId, ContextId, EventId, type RoomId } from '../../../machines/ids.ts';
import { type PersonEvent } from '../../../machines/person.model.ts';
import {
  ann,
  asked,
  chat,
  chatSteps,
  entry,
  gone,
  lists,
  place,
  ready,
  renamed,
  room,
  say,
  settled,
  space,
  spaceGone,
  spaceSteps,
  steps,
  wanted,
  type Story,
} from './story.ts';

describe('the saves', () => {
  const agent = AgentId.parse('scribe');
  const made = (name: string, at: number, by = agent): PersonEvent => ({
    type: 'save.made',
    origin: entry,
    save: { name, at, agent: by, contextId: ContextId.parse('7') },
  });
  const asks: PersonEvent = { type: 'saves.asked', origin: entry, answers: asked, agent, ask: { for: 'context' } };
  const tells = (saves: { name: string; at: number }[]) => [
    ['tell the room', { room: entry, event: { type: 'saves.told', answers: asked, ask: { for: 'context' }, saves } }],
  ];

  it('of an agent are told to the room that asks, the newest first, each name once', () => {
    const scene = settled.after(
      made('notes', 1),
      made('trip', 2),
      made('others', 3, AgentId.parse('another')),
      made('notes', 4),
    );
    expect(scene.on(asks)).toEqual({
      at: 'ready',
      does: tells([
        { name: 'notes', at: 4 },
        { name: 'trip', at: 2 },
      ]),
      changes: {},
    });
    expect(settled.on(asks).does).toEqual(tells([]));
  });

  it('are told while a chat is made, in the thread of who asks', () => {
    const thread = EventId.parse('$thread');
    expect(
      ready({ saves: [] })
        .after(wanted())
        .on({ ...asks, thread }).does,
    ).toEqual([
      [
        'tell the room',
        { room: entry, event: { type: 'saves.told', answers: asked, thread, ask: { for: 'context' }, saves: [] } },
      ],
    ]);
  });

  it('are no more than are listed: the oldest make room', () => {
    const many = Array.from({ length: 101 }, (_, at) => made(`save-${at}`, at));
    const { saves } = settled.after(...many).context;
    expect([saves.length, saves[0]?.name, saves.at(-1)?.name]).toEqual([100, 'save-1', 'save-100']);
  });
});

describe('the list of chats', () => {
  const list = (all: boolean): PersonEvent => ({ type: 'chats.asked', origin: entry, answers: asked, all });

  it('hides what is archived unless all is asked for', () => {
    expect([settled.on(list(false)), settled.on(list(true)), ready().on(list(false))]).toEqual(
      [
        say({ key: 'chats', chats: [chat(1)], archived: 1 }),
        say({ key: 'chats', chats: [chat(1), chat(2, true)], archived: 0 }),
        say({ key: 'no chats' }),
      ].map((effect) => ({ at: 'ready', does: [effect], changes: {} })),
    );
  });

  it('is in the order of the numbers, also while a chat is made', () => {
    const scene = ready({ space, nextNumber: 3, chats: [chat(2), chat(1)] }).after(wanted());
    expect(scene.on(list(false))).toEqual({
      at: 'making the room',
      does: [say({ key: 'chats', chats: [chat(1), chat(2)], archived: 0 })],
      changes: {},
    });
  });
});

describe('archiving', () => {
  const archive = (origin: RoomId): PersonEvent => ({ type: 'archive.wanted', origin, answers: asked });
  const unarchive = (number: number | null): PersonEvent => ({
    type: 'unarchive.wanted',
    origin: entry,
    answers: asked,
    number,
  });

  it('is told to the room and to the person', () => {
    expect(settled.on(archive(room(1)))).toEqual({
      at: 'ready',
      does: [
        ['tell the room', { room: room(1), event: { type: 'chat.archived', archived: true } }],
        lists(place(1, true)),
        ['say', { room: room(1), notice: { key: 'chat is archived', chat: 'Chat 1', number: 1 }, answers: asked }],
      ],
      changes: { chats: [chat(1, true), chat(2, true)] },
    });
  });

  it.each([1, 2, 3, 4])('takes a chat that is being made (%i steps done): it is put away when it is ready', (done) => {
    const made = ready()
      .after(wanted(), ...steps().slice(0, done), archive(room(1)))
      .after(...steps().slice(done));
    expect([made.at, made.context.chats]).toEqual(['ready', [chat(1, true)]]);
  });

  it('takes numbered chats only', () => {
    expect(settled.on(archive(entry))).toEqual({
      at: 'ready',
      does: [say({ key: 'this is no numbered chat' })],
      changes: {},
    });
  });

  it('is taken back by number, with an invitation', () => {
    expect(settled.on(unarchive(2))).toEqual({
      at: 'ready',
      does: [
        ['tell the room', { room: room(2), event: { type: 'chat.archived', archived: false } }],
        lists(place(2)),
        ['invite again', { person: ann, rooms: [room(2)] }],
        say({ key: 'chat is unarchived', chat: 'Chat 2', number: 2 }),
      ],
      changes: { chats: [chat(1), chat(2)] },
    });
  });

  it('moves nothing where there is no Space', () => {
    const without = settled.after(spaceGone);
    expect([archive(room(1)), unarchive(2)].map((event) => without.on(event).does.map(([type]) => type))).toEqual([
      ['tell the room', 'say'],
      ['tell the room', 'invite again', 'say'],
    ]);
  });

  it('of a chat that is being made puts it behind the others at once, and where it is linked', () => {
    const put = ready().after(wanted(), ...steps().slice(0, 3), archive(room(1)));
    expect(put.does).toContainEqual(lists(place(1, true)));
    const before = ready().after(wanted(), ...steps().slice(0, 1), archive(room(1)), ...spaceSteps());
    expect(before.does).toEqual([['link the chat', { operation: 'a', space, ...place(1, true) }]]);
  });

  it.each([9, null])('knows no chat of the number %s', (number) => {
    expect(settled.on(unarchive(number))).toEqual({ at: 'ready', does: [say({ key: 'no such chat' })], changes: {} });
  });
});

describe('what happens to rooms', () => {
  const moved = (from: number): PersonEvent => ({
    type: 'chat.moved',
    room: room(from),
    replacement: room(8),
    agent: AgentId.parse('scribe'),
    assignment: 'default',
    contextId: ContextId.parse('9'),
  });

  it('a chat is renamed', () => {
    expect(settled.on(renamed(1, 'Plans'))).toEqual({
      at: 'ready',
      does: [],
      changes: { chats: [{ ...chat(1), name: 'Plans' }, chat(2, true)] },
    });
  });

  it('a chat is gone, and its number stays taken', () => {
    expect(settled.on(gone(1))).toEqual({
      at: 'ready',
      does: [],
      changes: { chats: [chat(2, true)] },
    });
    expect(settled.after(gone(2)).on(wanted()).changes.nextNumber).toBe(4);
  });

  it('a chat moved: the new room takes its place', () => {
    expect(settled.on(moved(1))).toEqual({
      at: 'ready',
      does: [
        [
          'tell the room',
          {
            room: room(8),
            event: {
              type: 'room.adopted',
              person: ann,
              agent: 'scribe',
              assignment: 'default',
              contextId: '9',
              number: 1,
              name: 'Chat 1',
              archived: false,
            },
          },
        ],
        lists({ ...place(1), room: room(8) }),
      ],
      changes: { chats: [{ ...chat(1), room: room(8) }, chat(2, true)] },
    });
    expect(settled.on(moved(7))).toEqual({ at: 'ready', does: [], changes: {} });
  });

  it('an archived chat moved: its new room is archived', () => {
    expect(settled.on(moved(2)).does).toContainEqual([
      'tell the room',
      { room: room(8), event: expect.objectContaining({ number: 2, archived: true }) as unknown },
    ]);
  });

  it('a chat moved where there is no Space: nothing is linked', () => {
    const { does, changes } = settled.after(spaceGone).on(moved(1));
    expect(does.map(([type]) => type)).toEqual(['tell the room']);
    expect(changes).toEqual({ chats: [{ ...chat(1), room: room(8) }, chat(2, true)] });
  });
});

describe('the memory of all rooms', () => {
  it('is told to all of them', () => {
    const contextId = ContextId.parse('8');
    const told = ['tell all rooms', { event: { type: 'context.chosen', contextId } }];
    const chosen: PersonEvent = { type: 'context.chosen', origin: entry, contextId };
    expect(settled.on(chosen)).toEqual({ at: 'ready', does: [told], changes: { contextId } });
  });
});

describe('the language', () => {
  const choose = (language: 'en' | 'ru'): PersonEvent => ({ type: 'language.chosen', origin: entry, language });
  const told = (language: 'en' | 'ru') => ['tell all rooms', { event: { type: 'language.chosen', language } }];

  it('is told to all rooms', () => {
    expect(settled.on(choose('ru'))).toEqual({ at: 'ready', does: [told('ru')], changes: { language: 'ru' } });
    expect(settled.after(choose('ru')).on(choose('en'))).toEqual({
      at: 'ready',
      does: [told('en')],
      changes: { language: 'en' },
    });
  });

  it('is that of a chat that is being made, and of those made later', () => {
    const spoken = (scene: Story) =>
      scene.does.flatMap(([type, params]) =>
        type === 'introduce the chat' ? [(params as { event: { language?: string } }).event.language] : [],
      );
    const [made, inSpace, marked, linked] = steps();
    const begun = ready().after(wanted(), made!, choose('ru'), inSpace!, marked!);
    expect([begun.at, spoken(begun.after(linked!))]).toEqual(['linking the room', ['ru']]);
    const [first, ...others] = chatSteps('b', 3);
    expect(spoken(settled.after(choose('ru'), wanted('b'), first!, others[0]!))).toEqual(['ru']);
  });

  it('is that of a room that takes the place of a chat', () => {
    const moved = settled.after(choose('ru')).on({
      ...{ type: 'chat.moved', room: room(1), replacement: room(9), agent: AgentId.parse('scribe') },
      ...{ assignment: 'configured', contextId: ContextId.parse('7') },
    });
    expect(moved.does[0]).toEqual([
      'tell the room',
      { room: room(9), event: expect.objectContaining({ type: 'room.adopted', language: 'ru' }) as unknown },
    ]);
  });
});
