import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../src/basics/beginning.ts';

describe('the beginning of an answer', () => {
  it.each([
    'Yes.',
    'Yes. I',
    'Hello there!',
    'You wrote: “yes”.',
    'What is “it”? ',
    '**Done.**',
    '(Really?) Yes',
    'Done! and more',
    'That was in 1999. It',
    'Is it etc. or not? I',
    'Wait... ',
    // Chinese, Japanese, Korean, Hindi, Arabic: no blank follows, or another sign ends it.
    '你好。今天',
    'できます！',
    '「はい。」と',
    '안녕하세요. 저는',
    'नमस्ते। मैं',
    'هل هذا صحيح؟',
    // A paragraph that is over, an item that is over, code that is over.
    'Sure, here you go\n\n',
    'The files:\n\n- a.txt\n',
    'The files:\n1. a.txt\n',
    '> It is so.\n',
    '```js\nf();\n```',
    'x'.repeat(80),
    '测'.repeat(40),
    `\`\`\`\n${'f(x);\n'.repeat(16)}`,
    `# A heading\n${'word '.repeat(20)}`,
  ])('is whole: %j', (text) => {
    expect(beginningOf(text)).toBe('whole');
  });

  it.each([
    'You wrote: “yes',
    'yes',
    'Well, that',
    'It costs 3.',
    '3.1',
    'z.B. das',
    'Ask Dr. Who',
    'approx. three',
    'See https://example.org/a?',
    'Call `f.g()`. or',
    'Call `a. B',
    'Look: ',
    'Here they are:\n\n',
    '# What is it?\n\n',
    '1. First',
    '- an item',
    '- It is',
    '| a | b |\n| --- | --- |\n| one. | two |\n',
    '```js\nf. g\n',
    'Text <!-- A note. -->',
    '<details><summary>More',
    '👍',
    'x'.repeat(79),
  ])('is open: %j', (text) => {
    expect(beginningOf(text)).toBe('open');
  });

  it.each([
    '',
    ' \n',
    '1. ',
    '- ',
    '#',
    '## ',
    '**',
    '> ',
    '```',
    '```python\n',
    '<!-- A note',
    '<details>',
    '...',
    '---\n',
  ])('is nothing: %j', (text) => {
    expect(beginningOf(text)).toBe('nothing');
  });

  it('is whole where it is long, and takes no time to say so', () => {
    expect(beginningOf('```\n'.repeat(1_000_000))).toBe('whole');
  });
});
