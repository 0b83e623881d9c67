/** The questions of the bot and what ends them, as a page finds them: by the sentences that people read. */
import { consent } from '../../machines/consent.ts';
import type { Notice } from '../../machines/notices.ts';
import { DialogTopic, troubles } from '../../machines/notices.ts';
import { renderNotice, type Words } from '../text/notices.ts';
import type { Asker, Asking, AskingSentence, Sentence } from './wire.ts';

/** The same sentence twice, with other values: what both have is the sentence. */
type Twice = readonly [Notice, Notice?];

const YES_OR_NO = ['!yes', '!no'];

const questions: (Pick<AskingSentence, 'of' | 'answers' | 'hasList'> & { said: Twice })[] = [
  {
    ...{ of: 'agent', answers: YES_OR_NO, hasList: false },
    said: [
      { key: 'agent asks', text: 'A' },
      { key: 'agent asks', text: 'B' },
    ],
  },
  { ...{ of: 'agent', answers: YES_OR_NO, hasList: false }, said: [{ key: 'word is taken back', open: true }] },
  {
    ...{ of: 'bot', answers: YES_OR_NO, hasList: false },
    said: [
      { key: 'save is there already', save: 'A' },
      { key: 'save is there already', save: 'B' },
    ],
  },
  ...[false, true].flatMap((failed) =>
    [false, true].map((oneMemory) => ({
      ...{ of: 'bot' as const, answers: [...YES_OR_NO, '!save'], hasList: false },
      said: [{ key: 'clear is meant?', failed, oneMemory }] as const,
    })),
  ),
  {
    ...{ of: 'bot', answers: ['0'], hasList: true },
    said: [
      { key: 'choose a save', saves: [] },
      { key: 'choose a save', saves: [{ name: 'A', at: 0 }] },
    ],
  },
];

const closings: Record<Asker, readonly Twice[]> = {
  agent: [
    ...[true, false].flatMap((approved) =>
      [true, false].map((later): Twice => [{ key: 'word is taken', approved, later }]),
    ),
    [{ key: 'word is taken back', open: false }],
    ...(['question expired', 'no question is open', 'stopped', 'interrupted'] as const).map((key): Twice => [{ key }]),
    ...troubles.map((trouble): Twice => [{ key: 'trouble', trouble }]),
    ...cleared(),
  ],
  bot: [
    ...DialogTopic.options.flatMap((about) =>
      [true, false].map((expired): Twice => [{ key: 'dialog is closed', about, expired }]),
    ),
    ...cleared(),
  ],
};

function cleared(): Twice[] {
  return [true, false].map((oneMemory) => [
    { key: 'cleared', waiting: 0, oneMemory },
    { key: 'cleared', waiting: 1, oneMemory },
  ]);
}

/** In each of the languages. */
export function asking(languages: readonly Words[]): Asking {
  const renders = languages.map((words) => renderNotice(words));
  const sentences = (of: Asker, [one, other = one]: Twice): Sentence[] =>
    renders.map((render) => ({ of, ...common(render(one).body, render(other).body) }));
  return {
    questions: questions.flatMap(({ said, of, answers, hasList }) =>
      sentences(of, said).map((sentence) => ({ ...sentence, answers, hasList })),
    ),
    closings: (['agent', 'bot'] as const).flatMap((of) => closings[of].flatMap((said) => sentences(of, said))),
    consent,
  };
}

/** How both begin and end. */
function common(one: string, other: string): Pick<Sentence, 'begins' | 'ends'> {
  if (one === other) return { begins: one, ends: '' };
  const shorter = Math.min(one.length, other.length);
  let begins = 0;
  while (begins < shorter && one[begins] === other[begins]) begins++;
  let ends = 0;
  while (ends < shorter - begins && one.at(-1 - ends) === other.at(-1 - ends)) ends++;
  return { begins: one.slice(0, begins), ends: one.slice(one.length - ends) };
}
