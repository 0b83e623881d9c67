/** What is said of messages that are asked again, taken back or missed, in Russian. */
import { absenceIn } from './amount.ts';
import type { AgainWords } from './en-again.ts';
import { amountAfter, messages } from './ru-phrases.ts';

export const aboutAskingAgain: AgainWords = {
  'asked again': ({ others, later }) => {
    const asks = later
      ? 'Хорошо, спрошу это ещё раз, когда текущий ответ будет готов.'
      : 'Хорошо, спрашиваю это ещё раз.';
    if (others === 0) return asks;
    const one = others === 1;
    return (
      `${asks} Без ответа остаётся ещё ${messages(others)}: ответь ` +
      `${one ? 'на него' : 'на одно из них'} \`!retry\`, и я спрошу ${one ? 'и его' : 'и это'}.`
    );
  },

  'message is forgotten': () =>
    'Это сообщение повторить не получится: я помню только несколько последних. Пришли его, пожалуйста, ещё раз.',

  'it waits already': () => 'Это сообщение уже ждёт. Спрошу его, когда разберусь с теми, что перед ним.',

  'you were missed': ({ awayMs, messages: count, again }) => {
    const ask =
      count === 1
        ? '`!retry` спросит его сейчас'
        : '`!retry` спросит последнее из них; чтобы спросить другое, ответь на него `!retry`';
    return (
      `Меня не было ${amountAfter(absenceIn(awayMs))}, и за это время ${messages(count)} до агента не ${count === 1 ? 'дошло' : 'дошли'}. ` +
      (again ? `Если ответ ещё нужен, ${ask}.` : 'Если это ещё нужно, пришли, пожалуйста, снова.')
    );
  },

  'word is taken back': ({ open }) =>
    open
      ? 'Хорошо, твой ответ не считается. Агент всё ещё ждёт: `!yes` или `!no`?'
      : 'Хорошо, твой ответ не считается, и агент его не услышит.',

  'word was passed on': () =>
    'Агент уже знает твой ответ, поэтому забрать его я не могу. `!stop` прервёт то, что он делает.',
};
