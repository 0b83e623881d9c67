/** What a message says of the file that it brings, as a table: each case names the rule that it follows, `ours` where there is none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReceivedFile } from '../../../machines/files.ts';
import { UserId } from '../../../machines/ids.ts';
import { decodeMessage, type MessageEvent } from '../../../src/matrix/decode/message.ts';
import { anything } from '../any-json.ts';
import { me } from '../support.ts';

const ann = UserId.parse('@ann:test');
const url = 'mxc://test/abc_DEF-1';

/** What Ann's event says; undefined takes a field away. */
function decoded(content: object, fields: object = {}) {
  const event = { sender: ann, type: 'm.room.message', content, ...fields };
  return decodeMessage(JSON.parse(JSON.stringify(event)) as MessageEvent, { me, names: ['Roomkeeper'] });
}

const nothing = { thread: null, replyTo: null, quoted: null, mentions: [], addressed: false };
const plain = { type: 'image', name: 'a.png', mime: null, bytes: null, url: null, caption: null, voice: false };
const file = (more: object, about: object = {}) => ({
  ...{ ...nothing, ...about },
  said: { kind: 'file', file: { ...plain, ...more } },
});
const picture = (more: object) => decoded({ msgtype: 'm.image', body: 'a.png', ...more });

describe('the kind', () => {
  test.each([
    ['m.image', undefined, 'image'],
    ['m.audio', undefined, 'audio'],
    ['m.video', undefined, 'video'],
    ['m.file', undefined, 'document'],
    // What the client took it for is right, whatever its MIME type.
    ['m.video', 'image/gif', 'video'],
    ['m.file', 'image/png', 'image'],
    ['m.file', 'audio/ogg', 'audio'],
    ['m.file', 'video/mp4', 'video'],
    ['m.file', 'application/pdf', 'document'],
    ['m.file', 'imagery/png', 'document'],
  ])('of %s, which says %s, is %s', (msgtype, mimetype, type) => {
    expect(decoded({ msgtype, body: 'a', info: { mimetype } })).toEqual(
      file({ type, name: 'a', mime: mimetype ?? null }),
    );
  });

  test('of a sticker is that of a picture (Sticker messages)', () => {
    const content = { body: 'a cat', url, info: { mimetype: 'image/png', size: 7 } };
    expect(decoded(content, { type: 'm.sticker' })).toEqual(file({ name: 'a cat', url, mime: 'image/png', bytes: 7 }));
    expect(decoded({}, { type: 'm.sticker' })).toBe('redacted');
  });

  test.each([
    ['a voice message (MSC3245)', 'm.audio', { 'org.matrix.msc3245.voice': {} }, { type: 'audio', voice: true }],
    ['no word of it', 'm.audio', {}, { type: 'audio' }],
    ['null', 'm.audio', { 'org.matrix.msc3245.voice': null }, { type: 'audio' }],
    ['a picture that says so', 'm.image', { 'org.matrix.msc3245.voice': {} }, {}],
  ])('is spoken: %s', (_, msgtype, more, expected) => {
    expect(decoded({ msgtype, body: 'a.png', ...more })).toEqual(file(expected));
  });
});

describe('the address', () => {
  test.each([
    [url],
    ['mxc://matrix.example.org/GCmhgzMPRjqgpODLsNQzVuHZ'],
    ['mxc://localhost:8448/a'],
    ['mxc://1.2.3.4/a'],
    ['mxc://[1234:5678::abcd]:5678/a'],
  ])('%s is one', (address) => {
    expect(picture({ url: address })).toEqual(file({ url: address }));
  });

  test.each([
    ['https://test/a'],
    ['MXC://test/a'],
    ['mxc://test'],
    ['mxc://test/'],
    ['mxc:///a'],
    ['mxc://../a'],
    ['mxc://./a'],
    ['mxc://test/..'],
    ['mxc://test/a/b'],
    ['mxc://test/a?b'],
    ['mxc://test/a#b'],
    ['mxc://test/a\n'],
    ['mxc://test/%2e%2e'],
    ['mxc://te st/a'],
    ['mxc://a@test/a'],
    ['mxc://tést/a'],
    ['mxc://test:port/a'],
    [`mxc://test/${'a'.repeat(256)}`],
    [`mxc://${'a'.repeat(231)}/a`],
    [7],
    [null],
    [undefined],
    [[url]],
  ])('%j is none', (address) => {
    expect(picture({ url: address })).toEqual(file({}));
  });

  test('of an encrypted file is none (Sending encrypted attachments)', () => {
    expect(picture({ file: { url, key: {}, iv: 'x', hashes: {}, v: 'v2' } })).toEqual(file({}));
    expect(picture({ url, file: { url } })).toEqual(file({}));
    expect(picture({ url, file: null })).toEqual(file({ url }));
  });
});

describe('the name', () => {
  test.each<[what: string, content: object, name: string | null]>([
    ['the body', { body: 'a.png' }, 'a.png'],
    ['the file name', { filename: 'a.png' }, 'a.png'],
    ['blanks around it go', { body: ' a .png\n' }, 'a .png'],
    ['nobody said it', {}, null],
    ['blank', { body: ' ' }, null],
    ['what nobody sees', { body: '\u200b\u2060' }, null],
    ['no word', { body: 7, filename: ['a'] }, null],
    ['ill-formed', { body: 'a\ud800.png' }, 'a\ufffd.png'],
    // The workspace makes a name for its folder of it.
    ['a way out', { body: '../../etc/passwd' }, '../../etc/passwd'],
    ['a command', { body: '!stop' }, '!stop'],
    ['long', { body: `${'x'.repeat(300)}.tar.gz` }, `${'x'.repeat(252)}.gz`],
    ['long, of pairs', { body: `${'😀'.repeat(300)}.png` }, `${'😀'.repeat(251)}.png`],
    ['long, and its ending too', { body: `a.${'x'.repeat(300)}` }, `a.${'x'.repeat(253)}`],
    ['long, with a pair cut', { body: `${'x'.repeat(254)}\ud83d` }, `${'x'.repeat(254)}\ufffd`],
  ])('%s', (_, content, name) => {
    expect(decoded({ msgtype: 'm.image', ...content })).toEqual(file({ name }));
  });
});

describe('what it says of itself', () => {
  test.each<[info: unknown, mime: string | null, bytes: number | null]>([
    [{ mimetype: 'image/png', size: 7, w: 1, h: 1 }, 'image/png', 7],
    [{ mimetype: 'Image/PNG', size: 0 }, 'image/png', 0],
    [{ mimetype: 'audio/ogg; codecs=opus' }, 'audio/ogg', null],
    [{ mimetype: 'application/vnd.oasis.opendocument.text' }, 'application/vnd.oasis.opendocument.text', null],
    [{ mimetype: 'image' }, null, null],
    [{ mimetype: 'image/png\r\nX: y' }, null, null],
    [{ mimetype: `image/${'x'.repeat(200)}` }, null, null],
    [{ mimetype: 7, size: '7' }, null, null],
    [{ mimetype: 'image/png', size: -1 }, 'image/png', null],
    [{ mimetype: 'image/png', size: 1.5 }, 'image/png', null],
    [{ mimetype: 'image/png', size: 1e300 }, 'image/png', null],
    [undefined, null, null],
    [null, null, null],
    [[], null, null],
    ['image/png', null, null],
  ])('%j', (info, mime, bytes) => {
    expect(picture({ info })).toEqual(file({ mime, bytes }));
  });

  test('beside `info`, as older clients have it', () => {
    expect(picture({ mimetype: 'image/png', info: {} })).toEqual(file({ mime: 'image/png' }));
  });
});

describe('Media captions (MSC2530)', () => {
  const html = (formatted_body: string) => ({ format: 'org.matrix.custom.html', formatted_body });
  const named = { filename: 'a.png' };
  const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$0' } } };
  const reply = { replyTo: '$0' };

  test.each<[what: string, content: object, more: object, about: object]>([
    ['a body beside the name', { body: 'Look', ...named }, { caption: 'Look' }, {}],
    ['a body that is the name', { body: 'a.png', ...named }, {}, {}],
    ['a body without a name beside it', { body: 'a.png' }, {}, {}],
    ['a body beside a blank name', { body: 'a.png', filename: ' ' }, {}, {}],
    ['a blank body', { body: '\u200b', ...named }, {}, {}],
    ['no body', named, {}, {}],
    ['HTML', { body: '*Look*', ...html('<em>Look</em>'), ...named }, { caption: '*Look*' }, {}],
    ['HTML only', { body: '', ...html('<em>Look</em>'), ...named }, { caption: 'Look' }, {}],
    ['HTML that says nothing', { body: '', ...html('<br>'), ...named }, {}, {}],
    ['lines', { body: ' Look\nhere ', ...named }, { caption: ' Look\nhere ' }, {}],
    ['ill-formed', { body: 'a\ud800', ...named }, { caption: 'a\ufffd' }, {}],
    ['a command', { body: '!help', ...named }, { caption: '!help' }, {}],
    ['in a reply', { body: 'Look', ...named, ...relation }, { caption: 'Look' }, reply],
    [
      'in a reply that quotes (until v1.12)',
      { body: '> <@x:test> a\n\nLook', ...named, ...relation },
      { caption: 'Look' },
      { ...reply, quoted: { author: '@x:test', excerpt: 'a' } },
    ],
    [
      'in a reply that is all quote of the bot',
      { body: '> <@bot:test> a', ...named, ...relation },
      {},
      { ...reply, quoted: { author: me, excerpt: 'a' }, addressed: true },
    ],
    [
      'in a thread',
      { body: 'Look', ...named, 'm.relates_to': { rel_type: 'm.thread', event_id: '$root' } },
      { caption: 'Look' },
      { thread: '$root' },
    ],
    ['to the bot by its id', { body: '@bot:test: look', ...named }, { caption: 'look' }, { addressed: true }],
    [
      'to the bot by its name',
      { body: 'Roomkeeper: look', ...named },
      { caption: 'Roomkeeper: look' },
      { addressed: true },
    ],
    [
      'to the bot by a pill',
      { body: 'Keeper: look', ...html(`<a href="https://matrix.to/#/${me}">Keeper</a>: look`), ...named },
      { caption: 'look' },
      { addressed: true },
    ],
    [
      'to the bot by a mention',
      { body: 'look', ...named, 'm.mentions': { user_ids: [me] } },
      { caption: 'look' },
      { mentions: [me], addressed: true },
    ],
    ['to somebody else', { body: '@cleo:test: look', ...named }, { caption: '@cleo:test: look' }, {}],
  ])('%s', (_, content, more, about) => {
    for (const [msgtype, type] of [
      ['m.image', 'image'],
      ['m.file', 'document'],
      ['m.audio', 'audio'],
      ['m.video', 'video'],
    ] as const) {
      expect(decoded({ msgtype, ...content })).toEqual(file({ ...more, type }, about));
    }
  });
});

test('whatever stands in its fields, it is a file of the form that all rely on', () => {
  const fields = ['body', 'formatted_body', 'filename', 'url', 'file', 'mimetype', 'info', 'org.matrix.msc3245.voice'];
  const content = fc.record(
    {
      ...Object.fromEntries(fields.map((name) => [name, anything])),
      info: fc.oneof(anything, fc.record({ mimetype: anything, size: anything })),
      msgtype: fc.constantFrom('m.image', 'm.file', 'm.audio', 'm.video'),
    },
    { requiredKeys: ['msgtype'] },
  );
  fc.assert(
    fc.property(content, (given) => {
      const message = decodeMessage({ sender: ann, type: 'm.room.message', content: given }, { me, names: [] });
      if (typeof message === 'string' || message.said.kind !== 'file') throw new Error('no file');
      const { file: found } = message.said;
      expect(ReceivedFile.parse(found)).toEqual(found);
      expect((found.name ?? '').length).toBeLessThanOrEqual(510);
      expect(`${found.name} ${found.caption}`.isWellFormed()).toBe(true);
    }),
    { numRuns: 2_000, seed: 9 },
  );
});
