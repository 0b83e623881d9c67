import { expect, test } from 'vitest';
import { MxcUri } from '../../machines/ids.ts';
import { messageContent } from '../../src/matrix/content.ts';
import { eventId, message } from './support.ts';

test('a plain message', () => {
  expect(messageContent(message('a', 'id1', { content: { body: 'Hello' }, msgtype: 'm.notice' }))).toEqual({
    msgtype: 'm.notice',
    body: 'Hello',
    'm.mentions': {},
    'org.roomkeeper.id': 'id1',
  });
});

test('an answer with HTML', () => {
  const content = { body: 'Hello **you**', html: 'Hello <strong>you</strong>' };
  expect(messageContent(message('a', 'id1', { content, answers: eventId('q') }))).toEqual({
    msgtype: 'm.text',
    body: 'Hello **you**',
    format: 'org.matrix.custom.html',
    formatted_body: 'Hello <strong>you</strong>',
    'm.mentions': {},
    'org.roomkeeper.id': 'id1',
    'org.roomkeeper.answers': '$q',
  });
});

test('an edit says everything outside and inside', () => {
  const content = { body: 'Hi', html: '<em>Hi</em>' };
  expect(messageContent(message('a', 'id2', { content, answers: eventId('q'), replaces: eventId('old') }))).toEqual({
    msgtype: 'm.text',
    body: '* Hi',
    format: 'org.matrix.custom.html',
    formatted_body: '* <em>Hi</em>',
    'm.mentions': {},
    'org.roomkeeper.id': 'id2',
    'org.roomkeeper.answers': '$q',
    'm.new_content': {
      msgtype: 'm.text',
      body: 'Hi',
      format: 'org.matrix.custom.html',
      formatted_body: '<em>Hi</em>',
      'm.mentions': {},
      'org.roomkeeper.id': 'id2',
      'org.roomkeeper.answers': '$q',
    },
    'm.relates_to': { rel_type: 'm.replace', event_id: '$old' },
  });
});

test('an edit that the next one replaces says only where it belongs to clients that know no edits', () => {
  const content = { body: `**First** words.\n\n${'More words. '.repeat(500)}`, html: '<strong>First</strong> words' };
  const { 'm.new_content': whole, ...outer } = messageContent(
    message('a', 'id2', { content, replaces: eventId('old'), isPassing: true }),
  );
  expect(outer).toEqual({
    msgtype: 'm.text',
    body: '* **First** words. More words. More words. More words. More wo…',
    'm.mentions': {},
    'org.roomkeeper.id': 'id2',
    'm.relates_to': { rel_type: 'm.replace', event_id: '$old' },
  });
  expect(whole).toEqual({
    msgtype: 'm.text',
    body: content.body,
    format: 'org.matrix.custom.html',
    formatted_body: content.html,
    'm.mentions': {},
    'org.roomkeeper.id': 'id2',
  });
});

test('an edit without HTML', () => {
  expect(messageContent(message('a', 'id3', { content: { body: 'Hi' }, replaces: eventId('old') }))).toEqual({
    msgtype: 'm.text',
    body: '* Hi',
    'm.mentions': {},
    'org.roomkeeper.id': 'id3',
    'm.new_content': { msgtype: 'm.text', body: 'Hi', 'm.mentions': {}, 'org.roomkeeper.id': 'id3' },
    'm.relates_to': { rel_type: 'm.replace', event_id: '$old' },
  });
});

test.each([
  [undefined, undefined],
  [{}, undefined],
  [{ isReply: true }, { 'm.in_reply_to': { event_id: '$q' } }],
  // Threading: for clients that know no threads it is a reply all the same.
  [{ thread: eventId('root') }, { is_falling_back: true }],
  [{ thread: eventId('root'), isReply: true }, { is_falling_back: false }],
] as const)('an answer that stands as %j to what it answers', (relation, expected) => {
  const inThread = { rel_type: 'm.thread', event_id: '$root', 'm.in_reply_to': { event_id: '$q' } };
  const content = messageContent(message('a', 'id1', { answers: eventId('q'), relation }));
  expect(content['m.relates_to']).toEqual(
    expected !== undefined && 'is_falling_back' in expected ? { ...inThread, ...expected } : expected,
  );
});

const file = {
  type: 'image',
  url: MxcUri.parse('mxc://test/abc'),
  name: 'a.png',
  mime: 'image/png',
  bytes: 7,
} as const;

test('a file', () => {
  expect(messageContent(message('a', 'id1', { content: { body: 'a.png' }, file, answers: eventId('q') }))).toEqual({
    msgtype: 'm.image',
    body: 'a.png',
    filename: 'a.png',
    url: 'mxc://test/abc',
    info: { mimetype: 'image/png', size: 7 },
    'm.mentions': {},
    'org.roomkeeper.id': 'id1',
    'org.roomkeeper.answers': '$q',
  });
});

test('a file of which more is known, in a thread, with words', () => {
  const shown = { ...file, type: 'video', mime: null, width: 4, height: 3, durationMs: 900 } as const;
  const relation = { thread: eventId('root') };
  const content = { body: 'Look', html: '<em>Look</em>' };
  expect(messageContent(message('a', 'id1', { content, file: shown, answers: eventId('q'), relation }))).toEqual({
    msgtype: 'm.video',
    body: 'Look',
    format: 'org.matrix.custom.html',
    formatted_body: '<em>Look</em>',
    filename: 'a.png',
    url: 'mxc://test/abc',
    info: { size: 7, w: 4, h: 3, duration: 900 },
    'm.mentions': {},
    'm.relates_to': {
      rel_type: 'm.thread',
      event_id: '$root',
      is_falling_back: true,
      'm.in_reply_to': { event_id: '$q' },
    },
    'org.roomkeeper.id': 'id1',
    'org.roomkeeper.answers': '$q',
  });
});

test.each([
  ['audio', 'm.audio'],
  ['document', 'm.file'],
] as const)('a file of the kind %s is one of %s', (type, msgtype) => {
  const content = messageContent(message('a', 'id1', { file: { ...file, type } }));
  expect(content['msgtype']).toBe(msgtype);
});
