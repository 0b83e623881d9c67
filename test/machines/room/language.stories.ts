import { describe, expect, it } from 'vitest';
import type { Language } from '../../../machines/language.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { each, everywhere, idle } from './scenes.ts';
import {
  adopted,
  agent,
  ann,
  bob,
  claimed,
  id,
  invited,
  joined,
  marked,
  memberLeft,
  play,
  say,
  wished,
} from './story.ts';

const written = { type: 'command.language', eventId: id('language'), sender: ann } as const;
const choose = (language: Language | null): RoomEvent => ({ ...written, language });
const klingon: RoomEvent = { ...written, language: null, other: 'klingon' };
const chosen = (language: Language): RoomEvent => ({ type: 'language.chosen', language });
const reported = (language: Language) => wished({ type: 'language.chosen', language });
const agreed = say({ key: 'language is chosen' }, 'language');

describe('the language of a room', () => {
  it.each(each(everywhere))('is what its person chooses, which is told to the person: %s', (at, scene) => {
    expect(scene.on(choose('ru'))).toEqual({
      at,
      does: [marked({ language: 'ru' }), reported('ru'), agreed],
      changes: { language: 'ru' },
    });
  });

  it.each(each(everywhere))('is what they choose elsewhere, without a word: %s', (at, scene) => {
    expect(scene.on(chosen('ru'))).toEqual({ at, does: [marked({ language: 'ru' })], changes: { language: 'ru' } });
    expect(scene.after(chosen('ru')).on(chosen('ru'))).toEqual({ at, does: [], changes: {} });
  });

  it.each(each(everywhere))('is said, and stays, where no other is named: %s', (at, scene) => {
    const [is, none] = [choose(null), klingon].map(scene.on);
    expect(is).toEqual({ at, does: [say({ key: 'language is' }, 'language')], changes: {} });
    const notice = { key: 'no such language', language: 'klingon' } as const;
    expect(none).toEqual({ at, does: [say(notice, 'language')], changes: {} });
  });

  it('may be the one that the operator says, chosen', () => {
    expect(idle.on(choose('en')).changes).toEqual({ language: 'en' });
    expect(idle.after(choose('ru')).on(choose('en')).changes).toEqual({ language: 'en' });
  });

  it('holds in an entry room as well', () => {
    const pointing = play(invited(ann, agent, 'entry'), joined);
    expect(pointing.on(choose('ru'))).toEqual({
      at: 'pointing',
      does: [marked({ kind: 'entry', language: 'ru' }), reported('ru'), agreed],
      changes: { language: 'ru' },
    });
    expect([choose(null), klingon].map((event) => pointing.on(event).does)).toEqual([
      [say({ key: 'language is' }, 'language')],
      [say({ key: 'no such language', language: 'klingon' }, 'language')],
    ]);
    expect(pointing.on(chosen('ru')).does).toEqual([marked({ kind: 'entry', language: 'ru' })]);
  });

  it('is that of who is refused, of whom no marker is written', () => {
    const refusing = play(invited(ann, agent, 'refused'), joined);
    expect(refusing.on(choose('ru'))).toEqual({
      at: 'refusing',
      does: [reported('ru'), agreed],
      changes: { language: 'ru' },
    });
    expect([choose(null), klingon].map((event) => refusing.on(event).does)).toEqual([
      [say({ key: 'language is' }, 'language')],
      [say({ key: 'no such language', language: 'klingon' }, 'language')],
    ]);
    expect(refusing.on(chosen('ru'))).toEqual({ at: 'refusing', does: [], changes: { language: 'ru' } });
  });

  it.each<[string, RoomEvent]>([
    ['they bring the bot in', { ...(invited() as RoomEvent & { type: 'room.invited' }), language: 'ru' }],
    ['they speak first', { ...(claimed() as RoomEvent & { type: 'room.claimed' }), language: 'ru' }],
    ['their chat is made', { ...(adopted() as RoomEvent & { type: 'room.adopted' }), language: 'ru' }],
  ])('is what they chose before: %s', (_, event) => {
    expect(play().on(event).changes.language).toBe('ru');
  });

  it('of a chat that is being made is heard before the room knows whose it is', () => {
    const unclaimed = play();
    expect(unclaimed.on(chosen('ru'))).toEqual({ at: 'unclaimed', does: [], changes: { language: 'ru' } });
  });

  it('is not that of somebody who had the room before', () => {
    const annas = idle.after(choose('ru'), memberLeft());
    expect(annas.context.language).toBe('ru');
    expect(annas.on(invited(bob)).changes).toEqual({ person: bob, language: null });
  });
});
