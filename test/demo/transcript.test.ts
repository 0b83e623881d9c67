import { expect, test } from 'vitest';
import type { Said } from '../../src/demo/conversation.ts';
import { createTranscript } from '../../src/demo/transcript.ts';

function written(act: (transcript: ReturnType<typeof createTranscript>) => void): string {
  let text = '';
  act(createTranscript((piece) => (text += piece)));
  return text;
}

const said = (eventId: string, body: string, isNotice = false): Said => ({ eventId, body, isNotice, answers: null });

test('a growing answer is written once', () => {
  const text = written(({ you, bot, end }) => {
    you('hello');
    bot(said('$1', 'You'));
    bot(said('$1', 'You wrote'));
    bot(said('$1', 'You wrote'));
    bot(said('$1', 'You wrote: hello.'));
    end();
  });
  expect(text).toBe('\nyou    hello\n\nagent  You wrote: hello.\n');
});

test('the beginning of a long answer goes on without the mark of more to come', () => {
  const text = written(({ bot, end }) => {
    bot(said('$1', 'one\n\n…'));
    bot(said('$1', 'one\n\ntwo'));
    end();
  });
  expect(text).toBe('\nagent  one\n\ntwo\n');
});

test('an answer that was changed, or interrupted by another message, is written again', () => {
  const text = written(({ bot, end }) => {
    bot(said('$1', 'one'));
    bot(said('$1', 'two'));
    bot(said('$2', 'in between', true));
    bot(said('$1', 'two three'));
    end();
  });
  expect(text).toBe('\nagent  one\n\nagent  two\n\nbot    in between\n\nagent  two three\n');
});
