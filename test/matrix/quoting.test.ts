import { describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { quoteIn } from '../../src/matrix/quoting.ts';

const author = '@ann:test';
const message = (content: object, unsigned?: unknown) => ({ sender: author, content, unsigned });
const edited = (content: object, words: unknown) =>
  message(content, { 'm.relations': { 'm.replace': { content: { body: '* b', 'm.new_content': words } } } });
const answering = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$0' } } };
const html = (formatted_body: string) => ({ format: 'org.matrix.custom.html', formatted_body });

describe('what is quoted of a message', () => {
  it.each<[string, unknown, string]>([
    ['its words', message({ msgtype: 'm.text', body: 'a cat' }), 'a cat'],
    ['those of a notice', message({ msgtype: 'm.notice', body: 'a cat' }), 'a cat'],
    ['the name of a file', message({ msgtype: 'm.file', body: 'cat.png' }), 'cat.png'],
    ['HTML where there is nothing else', message({ body: '', ...html('<p>a <b>cat</b></p>') }), 'a cat'],
    ['no fallback of a reply', message({ body: '> <@x:test> old\n\na cat', ...answering }), 'a cat'],
    ['what looks like one where it is none', message({ body: '> <@x:test> old\n\na cat' }), '> <@x:test> old\n\na cat'],
    ['the newest words of an edited one', edited({ body: 'a c' }, { body: 'a cat' }), 'a cat'],
    ['the first where the edit says nothing', edited({ body: 'a cat' }, null), 'a cat'],
    ['500 characters', message({ body: `${'a'.repeat(499)}😀b` }), `${'a'.repeat(499)}😀`],
  ])('%s', (_, raw, excerpt) => {
    expect(quoteIn(raw)).toEqual({ author, excerpt });
  });

  it.each<[string, unknown]>([
    ['was redacted', message({})],
    ['has no words', message({ body: 7 })],
    ['shows nothing', message({ body: ' \n' })],
    ['shows nothing but what cannot be seen', message({ body: '\u200b\u3164' })],
    ['is of nobody', { content: { body: 'a' } }],
    ['is none', null],
  ])('nothing where it %s', (_, raw) => {
    expect(quoteIn(raw)).toBe(null);
  });
});

test('whatever stands in an event, nothing is thrown, and what is quoted is bounded', () => {
  const part = fc.jsonValue({ depthSize: 'small' });
  const event = fc.record(
    {
      sender: fc.oneof(fc.constant(author), part),
      content: fc.oneof(
        part,
        fc.record({ body: fc.oneof(fc.string(), part), formatted_body: part, 'm.relates_to': part }),
      ),
      unsigned: fc.oneof(part, fc.record({ 'm.relations': fc.oneof(part, fc.record({ 'm.replace': part })) })),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(part, event), (raw) => {
      const quoted = quoteIn(raw);
      expect(quoted === null || [...quoted.excerpt].length <= 500).toBe(true);
    }),
    { numRuns: 300 },
  );
});
