import { expect, test } from 'vitest';
import { wantedIn } from '../../src/actors/ops-question.ts';
import { ann, eventId, ROOM } from './support.ts';

const link = 'https://matrix.to/#/%21other%3Atest/%24event-Id_1?via=test&via=b.test';

test.each([
  ['', { is: 'status' }],
  ['Status', { is: 'status' }],
  ['status please', { is: 'status' }],
  ['rooms', { is: 'rooms', state: 'busy' }],
  ['rooms at rest', { is: 'rooms', state: 'at rest' }],
  ['rooms  Parked', { is: 'rooms', state: 'parked' }],
  ['rooms lost', { is: 'usage', word: 'lost' }],
  ['why $abc', { is: 'why', event: '$abc', room: null }],
  [`why ${link}`, { is: 'why', event: '$event-Id_1', room: '!other:test' }],
  [`why <${link}>`, { is: 'why', event: '$event-Id_1', room: '!other:test' }],
  ['why matrix:roomid/other:test/e/event?via=test', { is: 'why', event: '$event', room: '!other:test' }],
  ['why https://matrix.to/#/!v12room/$event', { is: 'why', event: '$event', room: '!v12room' }],
  ['why https://matrix.to/#/#alias:test/$event', { is: 'why', event: '$event', room: null }],
  ['why %E0%A4%A', { is: 'usage', word: '%E0%A4%A' }],
  ['why', { is: 'usage', word: null }],
  ['unpark !a:test', { is: 'unpark', actor: '!a:test' }],
  ['unpark https://matrix.to/#/%21a%3Atest', { is: 'unpark', actor: '!a:test' }],
  ['unpark @ann:test', { is: 'unpark', actor: '@ann:test' }],
  ['unpark', { is: 'usage', word: null }],
  ['help', { is: 'usage', word: null }],
  ['reboot', { is: 'usage', word: 'reboot' }],
])('!ops %s', (words, wanted) => {
  expect(wantedIn({ room: ROOM, sender: ann, words, replyTo: null })).toEqual(wanted);
});

test('!ops why, in reply to a message, is about that', () => {
  const question = { room: ROOM, sender: ann, replyTo: eventId('message') };
  expect(wantedIn({ ...question, words: 'why' })).toEqual({ is: 'why', event: '$message', room: ROOM });
  expect(wantedIn({ ...question, words: 'why $other' })).toEqual({ is: 'why', event: '$other', room: null });
});
