/** Whatever comes in from others gives a value or a named reason, and soon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../../../src/matrix/decode.ts';
import { decodeMessage, MESSAGE_TYPES, type MessageEvent } from '../../../src/matrix/decode/message.ts';
import { me } from '../support.ts';

const types = [...MESSAGE_TYPES, 'm.reaction', 'm.room.encrypted', 'm.room.member', 'm.room.name', 'm.room.tombstone'];
const bodies = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '!',
          '！',
          '`',
          '**',
          'stop',
          'clear',
          ' ',
          '\n',
          '\u200b',
          '> ',
          '>',
          '<@x:test>',
          '* ',
          'bot',
          '@bot:test',
        ],
        ...[
          ': ',
          '[a](https://matrix.to/#/@bot:test)',
          '<mx-reply>',
          '</mx-reply>',
          '<a href="',
          '">',
          '&#',
          ';',
          '\ud800',
        ],
      ),
    )
    .map((parts) => parts.join('')),
);
const leaf = fc.oneof(
  ...[bodies, fc.jsonValue(), fc.constantFrom('$1', '!r', '@ann:test', 'm.text', 'm.emote', 'm.image', 'm.replace')],
  fc.constantFrom('m.thread', 'm.annotation', null, true, 0),
);
/** Mostly what belongs there, else anything. */
const or = <T>(right: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: right }, leaf);
const words = {
  msgtype: or(fc.constantFrom('m.text', 'm.emote', 'm.image', 'm.notice', 'm.location', 'x')),
  body: or(bodies),
  ...{ formatted_body: or(bodies), filename: or(bodies), geo_uri: leaf },
  ...{ url: or(fc.constant('mxc://test/a')), info: leaf, file: leaf },
};
const relation = fc.record(
  {
    rel_type: or(fc.constantFrom('m.thread', 'm.replace', 'm.annotation')),
    event_id: or(fc.constant('$2')),
    ...{ key: or(bodies), is_falling_back: or(fc.boolean()) },
    'm.in_reply_to': or(fc.record({ event_id: or(fc.constant('$3')) })),
  },
  { requiredKeys: [] },
);
const content = fc.record(
  {
    ...words,
    'm.relates_to': or(relation),
    'm.new_content': or(fc.record(words, { requiredKeys: [] })),
    'm.mentions': or(fc.record({ user_ids: or(fc.array(or(fc.constantFrom('@ann:test', '@bot:test')))) })),
    ...{ redacts: or(fc.constant('$4')), membership: or(fc.constantFrom('join', 'leave')), name: leaf },
  },
  { requiredKeys: [] },
);
const event = fc.record(
  {
    event_id: fc.oneof({ weight: 9, arbitrary: fc.constant('$1') }, leaf),
    sender: fc.oneof({ weight: 9, arbitrary: fc.constant('@ann:test') }, leaf),
    type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...types) }, leaf),
    content: fc.oneof({ weight: 9, arbitrary: content }, leaf),
    state_key: fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: fc.constant('') },
      leaf,
    ),
    redacts: leaf,
    unsigned: leaf,
  },
  { requiredKeys: ['event_id', 'sender', 'type', 'content'] },
);

const isDecoded = (value: object): boolean =>
  'dropped' in value ? typeof value.dropped === 'string' : 'id' in value && 'heard' in value;

describe('any event', () => {
  test('is heard or dropped for a named reason', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.oneof({ weight: 30, arbitrary: event }, fc.jsonValue()), (raw) => {
        const decoded = decodeEvent(raw, me, ['Roomkeeper']);
        expect(isDecoded(decoded)).toBe(true);
        kinds.add('dropped' in decoded ? decoded.dropped : decoded.heard.type);
      }),
      { numRuns: 3_000, seed: 9 },
    );
    // The events are not all of one kind.
    expect([...kinds].length, [...kinds].join()).toBeGreaterThan(14);
  });

  test('that says something says it in well-formed, visible words', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom('m.text', 'm.emote', 'x'), (body, msgtype) => {
        const decoded = decodeEvent(
          { event_id: '$1', sender: '@ann:test', type: 'm.room.message', content: { msgtype, body } },
          me,
        );
        if ('dropped' in decoded) {
          expect(decoded).toEqual({ dropped: 'empty' });
          return;
        }
        const { heard } = decoded;
        if (heard.type !== 'text.received') return;
        expect(heard.text.body.isWellFormed()).toBe(true);
        expect(heard.text.body.replace(/[\s\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]/gu, '')).not.toBe('');
      }),
      { numRuns: 2_000, seed: 9 },
    );
  });
});

describe('a message as long as a homeserver takes is read in a moment', () => {
  const SIZE = 65_000;
  const filled = (part: string) => part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);

  test.each(
    ['<', '<a ', '<mx-reply>', '&#1', '<a href="', '<a href="https://matrix.to/#/', '<p>', '&'].map((part) => [part]),
  )('HTML of %j', (part) => {
    expect(timeOf({ msgtype: 'm.text', body: '', formatted_body: filled(part) })).toBeLessThan(1_000);
    expect(timeOf({ msgtype: 'm.text', body: 'bot: a', formatted_body: filled(part) })).toBeLessThan(1_000);
  });

  test.each(
    [
      '!',
      '`',
      '> <@x:test> ',
      '>\n',
      '> ',
      '\u200b',
      ' ',
      '\n',
      '[a](',
      '!stop ',
      '*!',
      ':',
      '\ud800',
      '！',
      '```\n',
    ].map((part) => [part]),
  )('a body of %j', (part) => {
    const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$0' } } };
    expect(timeOf({ msgtype: 'm.text', body: filled(part), ...relation })).toBeLessThan(1_000);
    expect(timeOf({ msgtype: 'm.text', body: `a${filled(part)}b` })).toBeLessThan(1_000);
    expect(timeOf({ msgtype: 'm.text', body: `!stop ${filled(part)}b` })).toBeLessThan(1_000);
    expect(timeOf({ msgtype: 'm.text', body: `> <@x:test> ${filled(part)}`, ...relation })).toBeLessThan(1_000);
  });

  function timeOf(content: object): number {
    const message = { sender: '@ann:test', type: 'm.room.message', content } as unknown as MessageEvent;
    const begin = performance.now();
    decodeMessage(message, { me, names: ['Roomkeeper'] });
    return performance.now() - begin;
  }
});
