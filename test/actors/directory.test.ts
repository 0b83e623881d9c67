import { expect, it } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import { type Chat, type Job, type PersonContext } from '../../machines/person.model.ts';
import { createDirectory } from '../../src/actors/directory.ts';
import { newRoomRecord } from '../../src/actors/room.ts';
import { blankRoom, type RoomContext } from '../../machines/room.model.ts';
import { newPersonRecord } from '../../src/actors/person.ts';
import { agent, contextId } from './support.ts';

const [ann, bob] = [UserId.parse('@ann:test'), UserId.parse('@bob:test')];
const blank = { agent, contextId: contextId(1), assignment: 'configured' as const };
const id = (name: string) => RoomId.parse(`!${name}:test`);
const chat = (name: string, number: number): Chat => ({ number, room: id(name), name, archived: false });
const making = (room: string | null): Job => ({
  ...{
    operation: 'op',
    spaceOperation: 'op.space',
    origin: id('entry'),
    answers: null,
    name: 'Plans',
    archived: false,
  },
  ...{ agent, assignment: 'configured', contextId: contextId(7), number: 3, room: room === null ? null : id(room) },
});

function noted(person: UserId, facts: Partial<PersonContext>) {
  const record = newPersonRecord(person, 'origin');
  return { ...record, context: { ...(record.context as PersonContext), ...facts } };
}

it('knows whose a Space is, whose a chat, and which room is being made for whom', () => {
  const directory = createDirectory();
  directory.note(noted(ann, { space: id('a'), chats: [chat('one', 1)], job: making('new') }));
  directory.note(noted(bob, { space: id('b'), failed: making('half') }));
  expect(['a', 'b', 'one'].map((room) => directory.ownerOf(id(room)))).toEqual([ann, bob, undefined]);
  expect(['one', 'a', 'new'].map((room) => directory.personOf(id(room)))).toEqual([ann, undefined, undefined]);
  expect(['new', 'half', 'one'].map((room) => directory.inTheMaking(id(room)))).toEqual([
    { person: ann, number: 3, name: 'Plans' },
    { person: bob, number: 3, name: 'Plans' },
    null,
  ]);
});

it('knows in which rooms others were when their person brought the bot in', () => {
  const directory = createDirectory();
  const about = (room: string, facts: Partial<RoomContext>) =>
    newRoomRecord({ ...blankRoom({ room: id(room), ...blank }), person: ann, role: 'entry', ...facts }, 'origin');
  directory.noteRoom(about('shared', { company: true }));
  directory.noteRoom(about('own', {}));
  directory.noteRoom(about('left', { company: true }));
  directory.noteRoom({ ...about('left', { company: true }), done: true });
  expect(['shared', 'own', 'left'].map((room) => directory.isShared(id(room)))).toEqual([true, false, false]);
});

it('forgets what a person’s record says no more, and nothing of anybody else', () => {
  const directory = createDirectory();
  directory.note(noted(ann, { space: id('a'), chats: [chat('one', 1)], job: making('new') }));
  directory.note(noted(bob, { space: id('b') }));
  directory.note(noted(ann, { space: id('c'), chats: [chat('new', 3)], job: making(null) }));
  expect(['a', 'b', 'c'].map((room) => directory.ownerOf(id(room)))).toEqual([undefined, bob, ann]);
  expect(['one', 'new'].map((room) => directory.personOf(id(room)))).toEqual([undefined, ann]);
  expect(directory.inTheMaking(id('new'))).toBeNull();
});

it('knows where a person brought the bot in: not a numbered chat, not a room of somebody who is refused', () => {
  const directory = createDirectory();
  const inRoom = (name: string, facts: Partial<RoomContext>) =>
    directory.noteRoom(newRoomRecord({ ...blankRoom({ room: id(name), ...blank }), ...facts }, 'origin'));
  inRoom('entry', { person: ann, role: 'entry' });
  inRoom('chat', { person: ann, role: 'chat', number: 1 });
  inRoom('nobody', { person: null });
  inRoom('refused', { person: bob, role: 'refused' });
  const besides = (person: UserId, room: string) => directory.roomOf(person, id(room));
  expect([ann, bob].map((person) => besides(person, 'new'))).toEqual([id('entry'), undefined]);

  directory.note(noted(ann, { chats: [chat('one', 1), chat('two', 2)] }));
  expect([besides(ann, 'new'), besides(ann, 'entry')]).toEqual([id('entry'), id('two')]);

  const unentered = newRoomRecord({ ...blankRoom({ room: id('hung'), ...blank }), person: ann }, 'origin');
  const joining = { id: '1', type: 'join the room', params: { greet: true }, since: 0, device: '', cursor: 0 };
  directory.noteRoom({ ...unentered, outbox: [joining] });
  expect(besides(ann, 'new')).toBe(id('entry'));
  directory.noteRoom(unentered);
  expect(besides(ann, 'new')).toBe(id('hung'));
  directory.noteRoom({ ...unentered, done: true });
  expect(besides(ann, 'new')).toBe(id('entry'));
});

it('knows all rooms of a person, also those in which nobody is served or that the bot is not in yet', () => {
  const directory = createDirectory();
  const inRoom = (name: string, facts: Partial<RoomContext>, outbox: object[] = []) =>
    directory.noteRoom({
      ...newRoomRecord({ ...blankRoom({ room: id(name), ...blank }), person: ann, ...facts }, 'origin'),
      outbox: outbox as never,
    });
  const theirs = () => directory.roomsOf(ann).toSorted();
  expect(theirs()).toEqual([]);
  inRoom('entry', { role: 'entry' });
  inRoom('closed', { role: 'refused' });
  inRoom('hung', {}, [{ id: '1', type: 'join the room', params: { greet: true } }]);
  inRoom('one', { number: 1 });
  inRoom('other', { person: bob });
  directory.note(noted(ann, { chats: [chat('one', 1)], job: making('new'), failed: making('half') }));
  expect(theirs()).toEqual(['closed', 'entry', 'hung', 'new', 'one'].map(id));
  directory.noteRoom({
    ...newRoomRecord({ ...blankRoom({ room: id('hung'), ...blank }), person: ann }, 'o'),
    done: true,
  });
  expect(theirs()).toEqual(['closed', 'entry', 'new', 'one'].map(id));
});

it('knows what a person chose to be spoken to in, and in which rooms that holds', () => {
  const directory = createDirectory();
  directory.noteRoom(newRoomRecord({ ...blankRoom({ room: id('entry'), ...blank }), person: ann, role: 'entry' }, 'o'));
  expect([directory.languageOf(ann), directory.languageIn(id('entry'))]).toEqual([null, null]);
  directory.note(noted(ann, { chats: [chat('one', 1)], job: making('new'), language: 'ru' }));
  expect(directory.languageOf(ann)).toBe('ru');
  expect(['entry', 'one', 'new', 'nowhere'].map((room) => directory.languageIn(id(room)))).toEqual([
    ...['ru', 'ru', 'ru', null],
  ]);
  directory.note(noted(ann, { language: 'en' }));
  expect([directory.languageOf(ann), directory.languageOf(bob)]).toEqual(['en', null]);
});
