/**
 * What a message says, as a table: each case names the rule that it follows, a section of the Matrix specification
 * (client-server API v1.19, or the last version that had it) or an MSC; `ours` where there is none.
 */
import { describe, expect, test } from 'vitest';
import { decodeMessage, type MessageEvent } from '../../../src/matrix/decode/message.ts';
import { UserId } from '../../../machines/ids.ts';
import { me } from '../support.ts';

const ann = UserId.parse('@ann:test');

/** What Ann's event says; undefined takes a field away. */
function decoded(content: object, fields: object = {}, names: readonly string[] = []) {
  const event = { sender: ann, type: 'm.room.message', content, ...fields };
  return decodeMessage(JSON.parse(JSON.stringify(event)) as MessageEvent, { me, names });
}

const nothing = { thread: null, replyTo: null, quoted: null, mentions: [], addressed: false };
const text = (body: string, more: object = {}) => ({ ...nothing, ...more, said: { kind: 'text', body } });
const command = (name: string, args = '', more: object = {}) => ({
  ...{ ...nothing, ...more },
  said: { kind: 'command', name, args },
});

const fileNamed = (name: string, type: string) => ({
  ...{ type, name, mime: null, bytes: null, url: null, caption: null, voice: false },
});

const answering = { 'm.in_reply_to': { event_id: '$0' } };
const html = (formatted_body: string) => ({ format: 'org.matrix.custom.html', formatted_body });
const fallback = html('<mx-reply><blockquote>…</blockquote></mx-reply>Yes');
const quoted = (excerpt: string, author = '@x:test') => ({ quoted: { author, excerpt } });

describe('threads and replies', () => {
  const thread = (more: object) => ({ rel_type: 'm.thread', event_id: '$root', ...more });

  test.each<[rule: string, what: string, relation: unknown, expected: object]>([
    ['Rich replies', 'a reply', answering, { replyTo: '$0' }],
    ['Rich replies', 'to what is no event', { 'm.in_reply_to': { event_id: 7 } }, {}],
    ['Rich replies', 'to nothing', { 'm.in_reply_to': null }, {}],
    ['Rich replies', 'no relation', null, {}],
    ['Threading', 'in a thread', thread({}), { thread: '$root' }],
    [
      'Threading: Fallback for unthreaded clients',
      'a thread that falls back to its last message',
      thread({ is_falling_back: true, ...answering }),
      { thread: '$root' },
    ],
    [
      'Threading: Replies within threads',
      'a reply within a thread',
      thread({ is_falling_back: false, ...answering }),
      { thread: '$root', replyTo: '$0' },
    ],
    [
      'Threading: Replies within threads',
      'nobody says whether it falls back',
      thread(answering),
      { thread: '$root', replyTo: '$0' },
    ],
    ['Threading', 'falling back without a thread', { is_falling_back: true, ...answering }, { replyTo: '$0' }],
    [
      'Threading',
      'a thread without a root',
      { rel_type: 'm.thread', event_id: '!room', ...answering },
      { replyTo: '$0' },
    ],
    ['Reference relations', 'another relation', { rel_type: 'm.reference', event_id: '$0' }, {}],
  ])('%s: %s', (_rule, _what, relation, expected) => {
    const message = { msgtype: 'm.text', body: 'Yes', 'm.relates_to': relation };
    expect(decoded(message)).toEqual(text('Yes', expected));
    expect(decoded({ ...message, body: '!yes' })).toEqual(command('yes', '', expected));
  });
});

describe('Fallbacks for rich replies (until v1.12, removed by MSC2781)', () => {
  test.each<[what: string, body: string, own: string, quoted: object]>([
    ['of a text', '> <@x:test> a\n\nYes', 'Yes', quoted('a')],
    ['of several lines', '> <@x:test> a\n> b\n\nYes', 'Yes', quoted('a\nb')],
    ['of paragraphs', '> <@x:test> p1\n>\n> p2\n\n!agent', '!agent', quoted('p1\n\np2')],
    ['of paragraphs with blanks', '> <@x:test> p1\n> \n> p2\n\nYes', 'Yes', quoted('p1\n\np2')],
    ['of an emote', '> * <@x:test> waves\n\n!agent', '!agent', quoted('waves')],
    ['of a file', '> <@x:test> sent an image.\n\nYes', 'Yes', quoted('sent an image.')],
    ['of something without words', '> <@x:test>\n\nYes', 'Yes', quoted('')],
    ['with the line ends of Windows', '> <@x:test> a\r\n> b\r\n\r\nYes', 'Yes', quoted('a\nb')],
    ['of a quote', '> <@x:test> > a\n> b\n\nYes', 'Yes', quoted('> a\nb')],
    ['own words in paragraphs', '> <@x:test> a\n\nYes\n\nand no', 'Yes\n\nand no', quoted('a')],
    ['own words that quote', '> <@x:test> a\n\n> b\n\nYes', '> b\n\nYes', quoted('a')],
    ['own words that look like one', '> <@x:test> a\n\n> <@y:test> b\n\nYes', '> <@y:test> b\n\nYes', quoted('a')],
    ['a long one', `> <@x:test> ${'x'.repeat(9_000)}\n\nYes`, 'Yes', quoted('x'.repeat(500))],
    // What is not exactly a fallback is the person's own words.
    ['a quote of nobody', '> a\n\nYes', '> a\n\nYes', {}],
    ['a quote of a name', '> <Cleo> a\n\nYes', '> <Cleo> a\n\nYes', {}],
    ['a quote of no user', '> <@cleo> a\n\nYes', '> <@cleo> a\n\nYes', {}],
    ['without an empty line', '> <@x:test> a\nYes', '> <@x:test> a\nYes', {}],
    ['without a blank behind the sign', '><@x:test> a\n\nYes', '><@x:test> a\n\nYes', {}],
    ['broken off', '> <@x:test> a\n>b\n\nYes', '> <@x:test> a\n>b\n\nYes', {}],
    ['behind an own word', 'Yes\n> <@x:test> a\n\nYes', 'Yes\n> <@x:test> a\n\nYes', {}],
    ['HTML', '> <b>@x:test</b> a\n\nYes', '> <b>@x:test</b> a\n\nYes', {}],
  ])('%s', (_, body, own, more) => {
    const expected =
      own === '!agent' ? command('agent', '', { replyTo: '$0', ...more }) : text(own, { replyTo: '$0', ...more });
    const message = { msgtype: 'm.text', body, 'm.relates_to': answering };
    expect(decoded(message)).toEqual(expected);
    expect(decoded({ ...message, ...fallback })).toEqual(expected);
  });

  test.each<[string, object]>([
    ['where it is no reply', {}],
    ['where the HTML has none (v1.13)', { ...html('<blockquote>a</blockquote>Yes'), 'm.relates_to': answering }],
    ['in the new words of an edit (Event replacements)', {}],
  ])('is the person’s own words %s', (what, more) => {
    const message = { msgtype: 'm.text', body: '> <@x:test> a\n\nYes', ...more };
    if (!what.includes('edit')) {
      const replyTo = 'm.relates_to' in more ? '$0' : null;
      return expect(decoded(message)).toEqual(text(message.body, { replyTo }));
    }
    const edit = { 'm.new_content': message, 'm.relates_to': { rel_type: 'm.replace', event_id: '$1' } };
    expect(decoded({ msgtype: 'm.text', body: '* Yes', ...edit })).toEqual({
      ...nothing,
      said: { kind: 'edit', of: '$1', into: { kind: 'text', body: message.body } },
    });
  });

  test('is taken off where it falls back in a thread too', () => {
    const relation = { rel_type: 'm.thread', event_id: '$root', is_falling_back: true, ...answering };
    expect(decoded({ msgtype: 'm.text', body: '> <@x:test> a\n\nYes', 'm.relates_to': relation })).toEqual(
      text('Yes', { thread: '$root', ...quoted('a') }),
    );
  });
});

describe('kinds of messages', () => {
  test.each<[rule: string, what: string, content: object, body: string]>([
    [
      'm.room.message msgtypes',
      'of an unknown kind',
      { msgtype: 'nic.custom.confetti', body: 'it works!' },
      'it works!',
    ],
    ['m.room.message msgtypes', 'of a kind that is no word', { msgtype: '', body: 'a' }, 'a'],
    ['m.location', 'a place', { msgtype: 'm.location', body: 'Big Ben', geo_uri: 'geo:1,2' }, 'Big Ben'],
    ['m.location', 'a place without words', { msgtype: 'm.location', body: '', geo_uri: 'geo:1,2' }, 'geo:1,2'],
    ['m.emote', 'an emote', { msgtype: 'm.emote', body: 'waves' }, '* ann waves'],
    [
      'm.text',
      'HTML only',
      { msgtype: 'm.text', body: '', ...html('<p>a &lt; <b>b</b></p><p>c<br>d</p>') },
      'a < b\nc\nd',
    ],
    ['m.text', 'HTML without a body', { msgtype: 'm.text', ...html('a&nbsp;b&#33;&#x21;') }, 'a\u00a0b!!'],
    ['m.text', 'HTML and nothing visible', { msgtype: 'm.text', body: '\u200b', ...html('a') }, 'a'],
    ['m.text', 'HTML with a fallback', { msgtype: 'm.text', body: ' ', ...fallback }, 'Yes'],
    ['ours', 'a piece of a pair', { msgtype: 'm.text', body: 'a\ud83d' }, 'a\ufffd'],
  ])('%s: %s', (_rule, _what, content, body) => {
    expect(decoded(content)).toEqual(text(body));
  });

  test.each<[rule: string, what: string, content: object, reason: string]>([
    ['m.notice', 'a notice', { msgtype: 'm.notice', body: 'I am a bot' }, 'notice'],
    ['Server notices', 'a notice of the server', { msgtype: 'm.server_notice', body: 'Consent!' }, 'notice'],
    [
      'Key verification framework',
      'a verification',
      { msgtype: 'm.key.verification.request', body: 'a' },
      'verification',
    ],
    ['Redactions', 'a redacted message', {}, 'redacted'],
    ['ours', 'blanks', { msgtype: 'm.text', body: ' \n\t' }, 'empty'],
    ['ours', 'zero-width characters', { msgtype: 'm.text', body: '\u200b\ufeff\u2060' }, 'empty'],
    ['ours', 'fillers', { msgtype: 'm.text', body: '\u3164\u2800\u115f' }, 'empty'],
    ['ours', 'empty HTML', { msgtype: 'm.text', body: '', ...html('<p><br/></p>&#8203;') }, 'empty'],
    ['m.text', 'without words', { msgtype: 'm.text' }, 'malformed'],
    ['m.room.message', 'without a kind', { body: 'a' }, 'malformed'],
  ])('%s: %s is dropped', (_rule, _what, content, reason) => {
    expect(decoded(content)).toBe(reason);
  });

  test.each<[rule: string, type: string, content: object, said: object]>([
    ['MSC3381', 'm.poll.start', { 'm.poll': {} }, { kind: 'thing', thing: 'poll' }],
    ['MSC3381', 'org.matrix.msc3381.poll.start', { a: 1 }, { kind: 'thing', thing: 'poll' }],
    [
      'Event annotations and reactions',
      'm.reaction',
      { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$0', key: '👍' } },
      { kind: 'reaction', to: '$0', key: '👍' },
    ],
    ['Redactions (room version 11)', 'm.room.redaction', { redacts: '$0' }, { kind: 'redaction', of: '$0' }],
  ])('%s: %s', (_rule, type, content, said) => {
    expect(decoded(content, { type })).toEqual({ ...nothing, said });
  });

  test('Redactions (until room version 10)', () => {
    const said = { kind: 'redaction', of: '$0' };
    expect(decoded({}, { type: 'm.room.redaction', redacts: '$0' })).toEqual({ ...nothing, said });
  });
});

describe('Event replacements', () => {
  const edited = (content: unknown, relation: object = { event_id: '$1' }) =>
    decoded({
      ...{ msgtype: 'm.text', body: '* a', 'm.new_content': content },
      'm.relates_to': { rel_type: 'm.replace', ...relation },
    });
  const edit = (into: object) => ({ ...nothing, said: { kind: 'edit', of: '$1', into } });

  test.each<[string, unknown, object | string]>([
    ['new words', { msgtype: 'm.text', body: 'b' }, edit({ kind: 'text', body: 'b' })],
    ['a star of its own', { msgtype: 'm.text', body: '* b' }, edit({ kind: 'text', body: '* b' })],
    ['an emote', { msgtype: 'm.emote', body: 'waves' }, edit({ kind: 'text', body: '* ann waves' })],
    ['a command', { msgtype: 'm.text', body: '!stop' }, edit({ kind: 'command', name: 'stop', args: '' })],
    ['a file', { msgtype: 'm.file', body: 'a' }, edit({ kind: 'file', file: fileNamed('a', 'document') })],
    ['nothing', { msgtype: 'm.text', body: ' ' }, 'empty'],
    ['no words', undefined, 'edit without words'],
    ['null', null, 'edit without words'],
    [
      'an edit of its own',
      { msgtype: 'm.text', body: 'b', 'm.relates_to': { rel_type: 'm.replace', event_id: '$2' } },
      edit({ kind: 'text', body: 'b' }),
    ],
  ])('into %s', (_, content, expected) => {
    expect(edited(content)).toEqual(expected);
  });

  test('of nothing', () => {
    expect(edited({ msgtype: 'm.text', body: 'b' }, { event_id: '!room' })).toBe('edit without words');
  });
});

describe('a mention of the bot at the beginning (User and room mentions, Matrix URIs)', () => {
  const mentions = [me];
  const mention = { 'm.mentions': { user_ids: mentions } };
  const pill = (name: string, link = 'https://matrix.to/#/@bot:test') => html(`<a href="${link}">${name}</a>: !agent`);

  test.each<[what: string, body: string, more: object, expected: object]>([
    ['a name', 'bot: !agent', {}, command('agent')],
    ['a name in capitals', 'Bot, !agent', {}, command('agent')],
    ['a name with an at', '@bot !agent', {}, command('agent')],
    ['the id', '@bot:test !agent', {}, command('agent')],
    ['the id and a colon', '@bot:test: !agent', {}, command('agent')],
    ['a name meant as a mention', 'bot: !stop', mention, command('stop', '', { mentions })],
    ['a pill', 'Room Keeper: !agent', pill('Room Keeper'), command('agent')],
    [
      'a pill with a coded link',
      'Keeper: !agent',
      pill('Keeper', 'https://matrix.to/#/%40bot%3Atest'),
      command('agent'),
    ],
    ['a pill with a Matrix URI', 'Keeper: !agent', pill('Keeper', 'matrix:u/bot:test'), command('agent')],
    ['a pill with signs', 'R&K: !agent', pill('R&amp;K'), command('agent')],
    ['a pill in Markdown', '[Keeper](https://matrix.to/#/@bot:test) !agent', {}, command('agent')],
    ['a name of the bot', 'Roomkeeper: !agent', {}, command('agent')],
    ['words', '@bot:test: how are you?', {}, text('how are you?')],
    ['words for a pill', 'Room Keeper: hi', pill('Room Keeper'), text('hi')],
    ['words, meant as a mention', 'bot: hi', mention, text('hi', { mentions })],
    [
      'an unknown command',
      '@bot:test !weather',
      {},
      { ...nothing, said: { kind: 'unknown command', name: 'weather' } },
    ],
    ['what is for operators', 'bot: !ops status', {}, { ...nothing, said: { kind: 'operators', words: 'status' } }],
    ['an unknown command for a name', 'bot: !weather', {}, text('bot: !weather')],
    // A transcript that somebody pastes has names like this.
    ['a name and words', 'Bot: hi', {}, text('Bot: hi')],
    ['nothing but a mention', '@bot:test', {}, text('@bot:test')],
    ['nothing behind the mention', '@bot:test: ', {}, text('@bot:test: ')],
    ['in the middle, meant as a mention', 'Hi bot: !agent', mention, text('Hi bot: !agent', { mentions })],
  ])('%s', (_, body, more, expected) => {
    const said = decoded({ msgtype: 'm.text', body, ...more }, {}, ['Roomkeeper']);
    expect(said).toEqual({ ...expected, addressed: true });
  });

  test.each<[what: string, body: string, more: object, expected: object]>([
    ['somebody else', 'ann: !agent', {}, text('ann: !agent')],
    ['a pill of somebody else', 'Cleo: !agent', pill('Cleo', 'https://matrix.to/#/@cleo:test'), text('Cleo: !agent')],
    ['a longer name', 'bottle: !agent', {}, text('bottle: !agent')],
    ['in the middle', 'Hi bot: !agent', {}, text('Hi bot: !agent')],
  ])('is not %s', (_, body, more, expected) => {
    expect(decoded({ msgtype: 'm.text', body, ...more }, {}, ['Roomkeeper'])).toEqual(expected);
  });

  test('a reply that quotes the bot is said to it too', () => {
    const said = { msgtype: 'm.text', body: '> <@bot:test> a\n\nYes', 'm.relates_to': answering };
    const about = { replyTo: '$0', quoted: { author: me, excerpt: 'a' } };
    expect(decoded(said)).toEqual(text('Yes', { ...about, addressed: true }));
  });

  test('a file, and what is no text, with a mention of the bot', () => {
    const toTheBot = { ...nothing, mentions, addressed: true };
    const file = { kind: 'file', file: fileNamed('a.png', 'image') };
    expect(decoded({ msgtype: 'm.image', body: 'a.png', ...mention })).toEqual({ ...toTheBot, said: file });
    const poll = { kind: 'thing', thing: 'poll' };
    expect(decoded({ 'm.poll': {}, ...mention }, { type: 'm.poll.start' })).toEqual({ ...toTheBot, said: poll });
  });

  test.each<[what: string, mentions: unknown, expected: string[]]>([
    ['of several', { user_ids: ['@a:test', '@b:test'] }, ['@a:test', '@b:test']],
    ['of what is no user', { user_ids: ['@a:test', 7, 'b'] }, ['@a:test']],
    ['of the room', { room: true }, []],
    ['of a word', 'x', []],
    ['of a word for a list', { user_ids: 'x' }, []],
  ])('m.mentions %s', (_, said, expected) => {
    expect(decoded({ msgtype: 'm.text', body: 'a', 'm.mentions': said })).toEqual(text('a', { mentions: expected }));
  });
});

describe('commands in any usual dress (ours)', () => {
  test.each<[body: string, name: string, args?: string]>([
    ['!stop!', 'stop'],
    ['!stop.', 'stop'],
    ['!stop…', 'stop'],
    ['!STOP!!!', 'stop'],
    ['!stop?', 'stop'],
    ['！stop', 'stop'],
    ['！ｓｔｏｐ', 'stop'],
    ['﹗stop。', 'stop'],
    ['!!stop', 'stop'],
    ['`!agent`', 'agent'],
    ['```\n!agent\n```', 'agent'],
    ['```sh\n!agent\n```', 'agent'],
    ['**!stop**', 'stop'],
    ['_!stop_', 'stop'],
    ['*!stop*.', 'stop'],
    ['"!stop"', 'stop'],
    ['“!stop.”', 'stop'],
    ['„!stop“', 'stop'],
    ['‘!stop’', 'stop'],
    ['(!stop)', 'stop'],
    ['\u200b!agent', 'agent'],
    ['\ufeff\u2060 !agent\u200b', 'agent'],
    ['!\u200bag\u00adent', 'agent'],
    ['\u200e!agent', 'agent'],
    ['!stop👍', 'stop'],
    ['!stop ❤️', 'stop', '❤️'],
    ['`!rename Rome`', 'rename', 'Rome'],
    ['`!rename` Rome', 'rename', 'Rome'],
    ['“!rename Rome”', 'rename', 'Rome'],
    ['**!rename Rome**', 'rename', 'Rome'],
    ['!rename `Rome`', 'rename', '`Rome`'],
    ['!rename Rome!', 'rename', 'Rome!'],
    ['!rename: Rome', 'rename', 'Rome'],
    ['!no, that is wrong', 'no', 'that is wrong'],
    ['!clear\nBegin with this\n\nand this', 'clear', '\nBegin with this\n\nand this'],
    ['!new Rome\n\nWhen?', 'new', 'Rome\n\nWhen?'],
    ['!chats　all', 'chats', 'all'],
  ])('%j', (body, name, args = '') => {
    expect(decoded({ msgtype: 'm.text', body })).toEqual(command(name, args));
    expect(decoded({ msgtype: 'm.emote', body })).toEqual(command(name, args));
  });

  test.each([
    '!important!',
    '`!important`',
    '!stop-and-go!',
    '!stop/!clear',
    '!1',
    '!',
    '!!',
    '!?!',
    '!!!!stop',
    'stop',
    'Please !stop',
    '"Please" !stop',
    '> !stop',
    '- !stop',
    '¡stop!',
  ])('%j is no command', (body) => {
    expect(decoded({ msgtype: 'm.text', body })).toEqual(text(body));
  });

  test.each([
    ['!ops', ''],
    [' ！OPS  why $a\nb ', 'why $a\nb'],
    ['`!ops why $a`', 'why $a'],
    ['**!ops** status.', 'status.'],
    [`!ops ${'x'.repeat(2_000)}`, 'x'.repeat(1_000)],
  ])('%j is for operators', (body, words) => {
    expect(decoded({ msgtype: 'm.text', body })).toEqual({ ...nothing, said: { kind: 'operators', words } });
  });

  test('a name that nobody knows is unknown as it is written, and only plainly', () => {
    const unknown = { ...nothing, said: { kind: 'unknown command', name: 'wetter' } };
    expect(decoded({ msgtype: 'm.text', body: '！Wetter in Rom' })).toEqual(unknown);
    expect(decoded({ msgtype: 'm.text', body: '**!Wetter**' })).toEqual(text('**!Wetter**'));
  });
});
