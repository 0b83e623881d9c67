import { beforeEach, describe, expect, test } from 'vitest';
import type { Language } from '../../machines/language.ts';
import type { Notice, NoticeKey } from '../../machines/notices.ts';
import { asking } from '../../src/demo/questions.ts';
import type { Asking } from '../../src/demo/wire.ts';
import { catalogue } from '../../src/text/catalogue.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { formsOf, noticeKeys } from '../support/notice-samples.ts';

interface Question {
  answers: { says: string; save: string | null }[];
  hasList: boolean;
  isOpen: boolean;
  given: string | null;
}

/** What matters here of a message of the page, which is checked as a program of browsers. */
interface Spoken {
  kind: 'own' | 'answer' | 'notice';
  body: string;
  redacted: boolean;
  reactions: { key: string; mine: string | null }[];
  question: Question | null;
}

const module = new URL('../../src/demo/page/questions.js', import.meta.url).href;
const { markQuestions } = (await import(module)) as { markQuestions: (messages: Spoken[], asking: Asking) => void };

const signs = asking(Object.values(catalogue));
let render = renderNotice(catalogue.en);

function spoken(kind: Spoken['kind'], body: string, reactions: string[] = []): Spoken {
  return { kind, body, redacted: false, reactions: reactions.map((key) => ({ key, mine: '$2' })), question: null };
}

const said = (notice: Notice, reactions?: string[]) => spoken('notice', render(notice).body, reactions);

/** What became of the questions among these messages. */
function questionsIn(...messages: Spoken[]): Question[] {
  const marked = messages.map((message) => ({ ...message }));
  markQuestions(marked, signs);
  return marked.flatMap(({ question }) => question ?? []);
}

const asks: Notice = { key: 'agent asks', text: 'May I?\n\nReally? `!yes` or `!no`?' };
const overwrite: Notice = { key: 'save is there already', save: 'trip_2' };
const clear: Notice = { key: 'clear is meant?' };
const list: Notice = {
  key: 'choose a save',
  saves: [
    { name: 'trip_2', at: 0 },
    { name: '7', at: 1_000 },
  ],
};

/** Whether it is open still, or again once another is answered. */
function isWaiting(question: Notice, then: Notice): boolean {
  const declined = spoken('own', '!cancel');
  return (
    questionsIn(said(question), said(then), ...(question.key === 'agent asks' ? [declined] : []))[0]?.isOpen === true
  );
}

describe.each(Object.keys(catalogue) as Language[])('in the language %s', (language) => {
  beforeEach(() => {
    render = renderNotice(catalogue[language]);
  });

  test('every question is found with what its buttons say, and no other sentence is one', () => {
    const forms = noticeKeys.flatMap(formsOf);
    expect(forms.filter((form) => questionsIn(said(form)).length > 0)).toEqual([
      ...formsOf('agent asks'),
      { key: 'word is taken back', open: true },
      ...formsOf('choose a save'),
      ...formsOf('save is there already'),
      ...formsOf('clear is meant?'),
    ]);
    const open = { isOpen: true, given: null };
    const [yes, no] = [
      { says: '!yes', save: null },
      { says: '!no', save: null },
    ];
    expect([asks, overwrite, clear, list].flatMap((notice) => questionsIn(said(notice)))).toEqual([
      { answers: [yes, no], hasList: false, ...open },
      { answers: [yes, no], hasList: false, ...open },
      { answers: [yes, no, { says: '!save', save: null }], hasList: false, ...open },
      {
        answers: [
          { says: '1', save: 'trip_2' },
          { says: '2', save: '7' },
          { says: '0', save: null },
        ],
        hasList: true,
        ...open,
      },
    ]);
  });

  test('a list too long for one message has a button for each save that it shows', () => {
    const saves = Array.from({ length: 200 }, (_, index) => ({ name: `save-${index}`.padEnd(64, '_'), at: 0 }));
    const [question] = questionsIn(said({ key: 'choose a save', saves }));
    const shown = render({ key: 'choose a save', saves }).body.match(/^\d+\. /gm)?.length ?? 0;
    expect(question?.answers.length).toBe(shown + 1);
    expect(question?.answers.slice(-2)).toEqual([
      { says: String(shown), save: saves[shown - 1]?.name },
      { says: '0', save: null },
    ]);
  });

  test.each<[string, Notice, NoticeKey[]]>([
    [
      'of the agent',
      asks,
      [
        ...([
          'agent asks',
          'question expired',
          'word is taken',
          'word is taken back',
          'no question is open',
          'stopped',
        ] as const),
        ...(['cleared', 'interrupted', 'trouble'] as const),
      ],
    ],
    [
      'of the bot',
      overwrite,
      ['cleared', 'choose a save', 'save is there already', 'clear is meant?', 'dialog is closed'],
    ],
  ])('the sentences that end a question %s', (_, question, closing) => {
    const ending = noticeKeys.map((key) => {
      const ended = formsOf(key).map(
        (form) => questionsIn(said(question), said(form))[0]?.given === null && !isWaiting(question, form),
      );
      return { key, always: ended.every(Boolean), ever: ended.some(Boolean) };
    });
    expect(ending.filter(({ ever }) => ever)).toEqual(closing.map((key) => ({ key, always: true, ever: true })));
  });

  describe('a word', () => {
    test.each<[string, Notice, Spoken[], [isOpen: boolean, given: string | null]]>([
      ['!yes', asks, [spoken('own', '!yes')], [false, '!yes']],
      ['No.', asks, [spoken('own', 'No.')], [false, '!no']],
      ['another text', asks, [spoken('own', 'yes, but tell me more')], [true, null]],
      ['!cancel, which is not for the agent', asks, [spoken('own', '!cancel')], [true, null]],
      ['what the agent says', asks, [spoken('answer', '!yes')], [true, null]],
      ['ok to us', overwrite, [spoken('own', 'ok')], [false, '!yes']],
      ['!cancel to us', overwrite, [spoken('own', '!cancel')], [false, '!no']],
      ['!save to us', clear, [spoken('own', '!save')], [false, '!save']],
      ['!save where it is no answer', overwrite, [spoken('own', '!save')], [true, null]],
      ['a number', list, [spoken('own', ' 2 ')], [false, '2']],
      ['a number that is too high', list, [spoken('own', '3')], [true, null]],
      ['!yes to a list', list, [spoken('own', '!yes')], [true, null]],
      ['!no to a list', list, [spoken('own', '!no')], [false, '0']],
      ['a plain no, which a list does not take', list, [spoken('own', 'no')], [true, null]],
    ])('%s', (_, question, then, [isOpen, given]) => {
      const [asked] = questionsIn(said(question), ...then);
      expect([asked?.isOpen, asked?.given]).toEqual([isOpen, given]);
    });

    test.each<[string, Notice, [isOpen: boolean, given: string | null]]>([
      ['👍🏽', asks, [false, '!yes']],
      ['❌', overwrite, [false, '!no']],
      ['👎', list, [false, '0']],
      ['✅', list, [true, null]],
      ['🎉', asks, [true, null]],
    ])('%s as a reaction', (key, question, [isOpen, given]) => {
      const [asked] = questionsIn(said(question, [key]));
      expect([asked?.isOpen, asked?.given]).toEqual([isOpen, given]);
    });

    test('goes to our question first, then to the agent’s', () => {
      const state = (...then: Spoken[]) => questionsIn(said(asks), said(clear), ...then).map(({ isOpen }) => isOpen);
      expect(state()).toEqual([false, true]);
      expect(state(spoken('own', '!yes'))).toEqual([true, false]);
      expect(state(spoken('own', '!yes'), spoken('own', '!no'))).toEqual([false, false]);
    });
  });
});
