/** What is said of messages that are asked again, taken back or missed, in English. */
import { absenceIn } from './amount.ts';
import { counted } from './en-phrases.ts';
import type { NoticeWords } from './notices.ts';

type Keys =
  | 'asked again'
  | 'message is forgotten'
  | 'it waits already'
  | 'you were missed'
  | 'word is taken back'
  | 'word was passed on';

export type AgainWords = Pick<NoticeWords, Keys>;

export const aboutAskingAgain: AgainWords = {
  'asked again': ({ others, later }) => {
    const asks = later
      ? 'Okay, I’ll ask that again once the current answer is complete.'
      : 'Okay, I’m asking that again.';
    if (others === 0) return asks;
    const one = others === 1;
    return (
      `${asks} ${one ? '1 more message is' : `${others} more messages are`} unanswered: ` +
      `reply \`!retry\` to ${one ? 'it' : 'one of them'}, and I’ll ask ${one ? 'it' : 'that one'} too.`
    );
  },

  'message is forgotten': () =>
    'I can’t ask that one again, because I only keep the last few messages. Please send it once more.',

  'it waits already': () => 'That message is already waiting. I’ll ask it once I’m done with the ones before it.',

  'you were missed': ({ awayMs, messages, again }) => {
    const what = messages === 1 ? 'your message' : `your ${messages} messages`;
    const ask =
      messages === 1
        ? '`!retry` asks it now'
        : '`!retry` asks the last one now; to ask another one, reply `!retry` to it';
    return (
      `I was away for ${counted(absenceIn(awayMs))} and didn’t pass on ${what} from that time. ` +
      (again ? `If you still need an answer, ${ask}.` : 'If you still need it, please send it again.')
    );
  },

  'word is taken back': ({ open }) =>
    open
      ? 'Okay, I took your answer back. The agent still needs one: `!yes` or `!no`?'
      : 'Okay, I took your answer back, and the agent won’t hear it.',

  'word was passed on': () =>
    'The agent has your answer already, so I can’t take it back. `!stop` ends what it’s doing.',
};
