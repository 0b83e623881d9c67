import { describe, expect, test } from 'vitest';
import { commands } from '../../machines/commands.ts';
import { decodeEvent } from '../../src/matrix/decode.ts';
import { me } from './support.ts';

const ann = '@ann:test';
const cleo = '@cleo:test';

/** An event of Ann's; undefined takes a field away. */
function event(fields: Record<string, unknown>): unknown {
  const whole = { event_id: '$1', sender: ann, type: 'm.room.message', content: {}, ...fields };
  return JSON.parse(JSON.stringify(whole));
}

const message = (content: object, fields: object = {}) => event({ content, ...fields });
const text = (body: unknown, more: object = {}) => message({ msgtype: 'm.text', body, ...more });
const state = (type: string, content: unknown, fields: object = {}) =>
  event({ type, content, state_key: '', ...fields });
const member = (membership: unknown, fields: object = {}) =>
  state('m.room.member', { membership }, { state_key: ann, ...fields });
const before = (membership: unknown) => ({ unsigned: { prev_content: { membership } } });

/** What is heard besides the id. */
const hears = (raw: unknown): unknown => {
  const decoded = decodeEvent(raw, me);
  return 'heard' in decoded ? decoded.heard : decoded.dropped;
};

const said = (body: string, replyTo: string | null = null, more: object = {}) => ({
  type: 'text.received',
  text: { eventId: '$1', sender: ann, body, replyTo, ...more },
});
const edit = (content: object | undefined) =>
  text('* b', { 'm.new_content': content, 'm.relates_to': { rel_type: 'm.replace', event_id: '$0' } });
const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$0', key: '👍' } };
const reacted = { type: 'message.reacted', of: '$0', key: '👍', eventId: '$1', sender: ann };
const thing = (kind: string) => ({ type: 'thing.received', eventId: '$1', sender: ann, thing: kind });
const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$0' } } };
const document = { type: 'document', mime: null, bytes: null, url: null, caption: null, voice: false };
const file = (name: string | null, more: object = {}, about: object = {}) => ({
  ...{ type: 'file.received', eventId: '$1', sender: ann, name: name ?? 'attachment' },
  ...{ file: { ...document, name, ...more }, ...about },
});

describe('messages', () => {
  test.each<[string, unknown, unknown]>([
    ['a text', text('Hello'), said('Hello')],
    ['blanks around it stay', text(' Hello\n'), said(' Hello\n')],
    ['an emote', message({ msgtype: 'm.emote', body: 'waves' }), said('* ann waves')],
    ['with fields that nobody knows', message({ msgtype: 'm.text', body: 'a', x: 1 }, { x: 1 }), said('a')],
    ['formatted', text('*a*', { format: 'org.matrix.custom.html', formatted_body: '<em>a</em>' }), said('*a*')],
    ['a reply', text('Yes', reply), said('Yes', '$0')],
    [
      'a reply that quotes',
      text('> <@x:test> a\n> b\n\nYes', reply),
      said('Yes', '$0', { quoted: { author: '@x:test', excerpt: 'a\nb' } }),
    ],
    ['a quote that is no reply', text('> <@x:test> a\n\nYes'), said('> <@x:test> a\n\nYes')],
    ['a quote of its own in a reply', text('> a\n\nYes', reply), said('> a\n\nYes', '$0')],
    ['a reply to what is no event', text('Yes', { 'm.relates_to': { 'm.in_reply_to': { event_id: 7 } } }), said('Yes')],
    ['a relation that is none', text('Yes', { 'm.relates_to': 'x' }), said('Yes')],
    [
      'in a thread',
      text('Yes', { 'm.relates_to': { rel_type: 'm.thread', event_id: '$0' } }),
      said('Yes', null, { thread: '$0' }),
    ],
    ['a file', message({ msgtype: 'm.file', body: 'a.txt' }), file('a.txt')],
    [
      'a file with a caption',
      message({ msgtype: 'm.image', body: 'Look', filename: 'a.png', url: 'mxc://test/a' }),
      file('a.png', { type: 'image', caption: 'Look', url: 'mxc://test/a' }),
    ],
    ['a file that answers', message({ msgtype: 'm.file', body: 'a', ...reply }), file('a', {}, { replyTo: '$0' })],
    [
      'a file with words that quote',
      message({ msgtype: 'm.file', body: '> <@x:test> a\n\nLook', filename: 'a', ...reply }),
      file('a', { caption: 'Look' }, { replyTo: '$0', quoted: { author: '@x:test', excerpt: 'a' } }),
    ],
    [
      'a file in a thread, to the bot',
      message({
        ...{ msgtype: 'm.file', body: 'a', 'm.mentions': { user_ids: [me] } },
        'm.relates_to': { rel_type: 'm.thread', event_id: '$0' },
      }),
      file('a', {}, { thread: '$0', addressed: true }),
    ],
    ['a file without a name', message({ msgtype: 'm.file' }), file(null)],
    ['a sticker', event({ type: 'm.sticker', content: { body: 'a' } }), file('a', { type: 'image' })],
    ['a notice', message({ msgtype: 'm.notice', body: 'I am a bot' }), 'notice'],
    ['an edit', edit({ msgtype: 'm.text', body: 'b' }), { type: 'text.edited', of: '$0', sender: ann, body: 'b' }],
    [
      'an edit of what is said of a file',
      edit({ msgtype: 'm.image', body: 'look', filename: 'a.png' }),
      { type: 'text.edited', of: '$0', sender: ann, body: 'look' },
    ],
    ['an edit into a command', edit({ msgtype: 'm.text', body: '!stop' }), 'edit into no text'],
    ['an edit into a file', edit({ msgtype: 'm.file', body: 'a.txt' }), 'edit into no text'],
    ['an edit without new words', edit(undefined), 'edit without words'],
    ['a place', message({ msgtype: 'm.location', body: 'here', geo_uri: 'geo:1,2' }), said('here')],
    ['redacted', message({}), 'redacted'],
    ['blank', text(' \n\t '), 'empty'],
    ['what nobody sees', text('\u200b\u2060\u2800'), 'empty'],
    ['a reply that is all quote', text('> <@x:test> a\n', reply), 'empty'],
    ['without a kind', message({ body: 'a' }), 'malformed'],
    ['without a body', message({ msgtype: 'm.text' }), 'malformed'],
    ['with a number for a body', text(7), 'malformed'],
    ['of the bot itself', message({ msgtype: 'm.text', body: 'a' }, { sender: me }), 'own'],
    ['as state', message({ msgtype: 'm.text', body: 'a' }, { state_key: '' }), 'unknown kind of state'],
    ['a reaction', event({ type: 'm.reaction', content: reaction }), reacted],
    ['a reaction to nothing', event({ type: 'm.reaction', content: { x: 1 } }), 'reaction to nothing'],
    ['a poll', event({ type: 'm.poll.start', content: { 'm.poll': {} } }), thing('poll')],
    ['a vote', event({ type: 'm.poll.response', content: { 'm.poll': {} } }), 'not a message'],
    ['a redaction', event({ type: 'm.room.redaction', redacts: '$0' }), { type: 'text.withdrawn', of: '$0' }],
    ['a redaction of nothing', event({ type: 'm.room.redaction' }), 'malformed'],
  ])('%s', (_, raw, expected) => {
    expect(hears(raw)).toEqual(expected);
  });

  test('carry their id', () => {
    expect(decodeEvent(text('a', {}), me)).toEqual({ id: '$1', heard: said('a') });
  });
});

describe('events that are none', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', '$1'],
    ['a list', []],
    ['an empty one', {}],
    ['without an id', event({ event_id: undefined })],
    ['with the id of a room', event({ event_id: '!1' })],
    ['with a number for an id', event({ event_id: 1 })],
    ['without a sender', event({ sender: undefined })],
    ['with a sender who is nobody', event({ sender: 'ann' })],
    ['with a room for a sender', event({ sender: '!ann:test' })],
    ['without a type', event({ type: undefined })],
    ['with a number for a type', event({ type: 1 })],
    ['without content', event({ content: undefined })],
    ['with a text for content', event({ content: 'a' })],
    ['with a list for content', event({ content: ['a'] })],
    ['with a number for a state key', event({ state_key: 1 })],
  ])('%s', (_, raw) => {
    expect(decodeEvent(raw, me)).toEqual({ dropped: 'malformed' });
  });
});

describe('commands', () => {
  const command = (name: string, args = '') => ({ type: 'command', name, args, eventId: '$1', sender: ann });
  const unknown = (name: string) => ({ type: 'command.unknown', eventId: '$1', sender: ann, name });

  test.each<[string, unknown]>([
    ['!help', command('help')],
    ['  !help  ', command('help')],
    ['!HELP', command('help')],
    ['!h', command('help')],
    ['!?', command('help')],
    ['!reset', command('clear')],
    ['!new', command('new')],
    ['!new ', command('new')],
    ['!new Trip to Rome', command('new', 'Trip to Rome')],
    ['!new\t  Trip   to Rome \t ', command('new', 'Trip   to Rome')],
    ['!new\u00a0Rome', command('new', 'Rome')],
    ['!new Rome\nand more', command('new', 'Rome\nand more')],
    ['!new Rome\r\nand more', command('new', 'Rome\r\nand more')],
    ['!new\nRome', command('new', '\nRome')],
    ['!new !new', command('new', '!new')],
    ['!rename Überblick 😀', command('rename', 'Überblick 😀')],
    ['!unarchive 3', command('unarchive', '3')],
    ['!chats all', command('chats', 'all')],
    ['!stop now', command('stop', 'now')],
    ['!helpme', unknown('helpme')],
    ['!weather in Rome', unknown('weather')],
    ['!Ünter-st_1', unknown('ünter-st_1')],
    ['!__proto__', said('!__proto__')],
    ['!constructor', unknown('constructor')],
    ['!', said('!')],
    ['!!', said('!!')],
    ['! help', said('! help')],
    ['!1', said('!1')],
    ['!help, please', command('help', 'please')],
    ['!important!', said('!important!')],
    ['help', said('help')],
    ['/help', said('/help')],
    ['What does !help do?', said('What does !help do?')],
    ['Hi\n!help', said('Hi\n!help')],
  ])('%j', (body, expected) => {
    expect(hears(text(body))).toEqual(expected);
  });

  test('every one of the table is known, by each of its names', () => {
    for (const { name, aliases } of commands) {
      for (const written of [name, ...aliases]) expect(hears(text(`!${written} x`))).toEqual(command(name, 'x'));
    }
  });

  test('in a reply the quote is no part of it, and what it answers is known', () => {
    const heard = { ...command('rename', 'Rome'), replyTo: '$0' };
    expect(hears(text('> <@x:test> a\n\n!rename Rome', reply))).toEqual(heard);
  });

  test('as a file name it is no command', () => {
    expect(hears(message({ msgtype: 'm.file', body: '!stop' }))).toEqual(file('!stop'));
  });

  test('what stands behind one is well-formed', () => {
    expect(hears(text('!new a\ud800b'))).toEqual(command('new', 'a\ufffdb'));
    expect(hears(text(`!clear ${'x'.repeat(60_000)}`))).toEqual(command('clear', 'x'.repeat(60_000)));
  });
});

describe('people who come and go', () => {
  const left = (user: string, sender: string) => ({ type: 'member.left', user, sender });
  const joined = (user: string, sender: string) => ({ type: 'member.joined', user, sender });
  const neither = 'neither came nor left';

  test.each<[string, unknown, unknown]>([
    ['joins', member('join'), joined(ann, ann)],
    ['joins an invitation', member('join', before('invite')), joined(ann, ann)],
    ['comes back', member('join', before('leave')), joined(ann, ann)],
    ['has another name', member('join', before('join')), neither],
    ['leaves', member('leave', before('join')), left(ann, ann)],
    ['leaves, nobody says from where', member('leave'), left(ann, ann)],
    ['declines', member('leave', before('invite')), left(ann, ann)],
    ['takes a knock back', member('leave', before('knock')), neither],
    ['leaves again', member('leave', before('leave')), neither],
    ['is removed', member('leave', { state_key: cleo, ...before('join') }), left(cleo, ann)],
    ['is no longer invited', member('leave', { state_key: cleo, ...before('invite') }), left(cleo, ann)],
    ['is banned', member('ban', { state_key: cleo, ...before('join') }), left(cleo, ann)],
    ['is banned after leaving', member('ban', { state_key: cleo, ...before('leave') }), neither],
    ['is no longer banned', member('leave', { state_key: cleo, ...before('ban') }), neither],
    ['is invited', member('invite', { state_key: cleo }), neither],
    ['knocks', member('knock'), neither],
    ['does what nobody knows', member('dance'), neither],
    ['with a past that is none', member('join', before(7)), joined(ann, ann)],
    ['with an unsigned part that is none', member('leave', { unsigned: 'x' }), left(ann, ann)],
    ['removed by the bot', member('leave', { sender: me, ...before('join') }), 'own'],
    ['the bot is removed', member('leave', { state_key: me, ...before('join') }), 'own'],
    ['the bot is banned', member('ban', { state_key: me }), 'own'],
    ['the bot is invited', member('invite', { state_key: me }), 'own'],
    ['without a membership', member(undefined), 'malformed'],
    ['with a number for a membership', member(1), 'malformed'],
    ['nobody', member('join', { state_key: '' }), 'malformed'],
    ['who is no user', member('join', { state_key: 'ann' }), 'malformed'],
    ['not as state', event({ type: 'm.room.member', content: { membership: 'leave' } }), 'not a message'],
  ])('%s', (_, raw, expected) => {
    expect(hears(raw)).toEqual(expected);
  });
});

describe('a room changes', () => {
  const named = (name: string) => ({ type: 'room.named', name, sender: ann });
  const name = (value: unknown, fields: object = {}) => state('m.room.name', { name: value }, fields);
  const tombstone = (content: object, fields: object = {}) => state('m.room.tombstone', content, fields);
  const encrypted = { type: 'room.encrypted', eventId: '$1' };

  test.each<[string, unknown, unknown]>([
    ['its name', name('Rome'), named('Rome')],
    ['its name, blanks around it', name(' Trip  to Rome\n'), named('Trip  to Rome')],
    ['its name, without end', name('x'.repeat(60_000)), named('x'.repeat(255))],
    ['its name, ill-formed', name('a\udc00'), named('a\ufffd')],
    ['its name is blank', name(' '), 'empty'],
    ['its name is what nobody sees', name('\u3164\u200b'), 'empty'],
    ['its name is taken away', name(undefined), 'empty'],
    ['its name is null', name(null), 'empty'],
    ['its name is a number', name(7), 'malformed'],
    ['its name, by the bot', name('Rome', { sender: me }), 'own'],
    ['its name, under a key', name('Rome', { state_key: 'x' }), 'unknown kind of state'],
    ['its name, not as state', event({ type: 'm.room.name', content: { name: 'Rome' } }), 'not a message'],
    [
      'its place',
      tombstone({ body: 'moved', replacement_room: '!new:test' }),
      { type: 'room.replaced', replacement: '!new:test' },
    ],
    [
      'its place, of version 12',
      tombstone({ replacement_room: '!new' }),
      { type: 'room.replaced', replacement: '!new' },
    ],
    ['its place, nobody says where', tombstone({ body: 'closed' }), 'malformed'],
    ['its place is no room', tombstone({ replacement_room: '#new:test' }), 'malformed'],
    ['its place is a number', tombstone({ replacement_room: 7 }), 'malformed'],
    ['its place, redacted', tombstone({}), 'malformed'],
    ['its place, under a key', tombstone({ replacement_room: '!new' }, { state_key: 'x' }), 'unknown kind of state'],
    ['is encrypted', state('m.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' }), encrypted],
    ['is encrypted, nobody says how', state('m.room.encryption', {}), encrypted],
    ['is encrypted, under a key', state('m.room.encryption', {}, { state_key: 'x' }), 'unknown kind of state'],
    ['an encrypted message', event({ type: 'm.room.encrypted', content: { ciphertext: 'x' } }), encrypted],
    ['an encrypted message, redacted', event({ type: 'm.room.encrypted' }), 'redacted'],
    [
      'an encrypted message of the bot',
      event({ type: 'm.room.encrypted', sender: me, content: { ciphertext: 'x' } }),
      'own',
    ],
    ['its topic', state('m.room.topic', { topic: 'a' }), 'unknown kind of state'],
    ['its children', state('m.space.child', { via: ['test'] }, { state_key: '!a' }), 'unknown kind of state'],
  ])('%s', (_, raw, expected) => {
    expect(hears(raw)).toEqual(expected);
  });
});
