import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { asking, askingAble, finishing, idle, streaming, streamingAble } from './scenes.ts';
import {
  alerted,
  archived,
  asked,
  clear,
  closed,
  command,
  delivered,
  ended,
  hidden,
  id,
  invited,
  joined,
  adopted,
  play,
  question,
  questionShown,
  refused,
  resumed,
  say,
  shown,
  text,
  told as toldTheAsker,
  words,
} from './story.ts';

const piece = (markdown: string, number: number, preview: string | null = null) => [
  'deliver the answer',
  {
    ...{ turn: 1, answer: { markdown }, preview: preview === null ? null : id(preview), answers: id('1') },
    ...(number > 0 && { piece: number }),
  },
];

/** The agent said something and asked; the word went to it. */
const goingOn = streamingAble.after(shown(), asked(question, 1, 'I looked.'), questionShown, command('yes'));

describe('an answer with a question in it', () => {
  it('is delivered up to the question, and the question comes below it', () => {
    expect(streamingAble.after(shown()).on(asked(question, 1, 'I looked.'))).toEqual({
      at: 'asking / awaiting confirmation',
      does: [piece('I looked.', 0, 'preview'), alerted({ key: 'agent asks', text: 'Delete it?' }), hidden],
      changes: { question, turn: { ...streamingAble.context.turn, pieces: 1 } },
    });
  });

  it('goes on below the question, in a message of its own', () => {
    expect([goingOn.at, goingOn.context.turn?.preview]).toEqual(['asking / working / streaming', null]);
    expect(goingOn.on(ended('done', 'It is gone.')).does).toEqual([piece('It is gone.', 1)]);
  });

  it('is over when its last piece is in the room', () => {
    const last = goingOn.after(ended('done', 'It is gone.'));
    expect(last.on(delivered(1, 0))).toEqual({ at: 'asking / finishing', does: [], changes: {} });
    expect(last.on(delivered(1, 1)).at).toBe('idle');
  });

  it('is kept where the question comes when its person has stopped it already, and not where they cleared it', () => {
    const stopping = streaming.after(shown(), command('stop'));
    const late = asked(question, 1, 'I looked.');
    expect(stopping.on(late)).toEqual({
      at: 'asking / stopping',
      does: [piece('I looked.', 0, 'preview')],
      changes: { turn: { ...stopping.context.turn, pieces: 1, preview: null } },
    });
    expect(stopping.after(late).on(ended('stopped', null)).does).toContainEqual(toldTheAsker({ key: 'stopped' }));
    const nothing = { at: 'asking / stopping', does: [], changes: {} };
    expect(stopping.on(asked())).toEqual(nothing);
    expect(streaming.after(clear).on(late)).toEqual(nothing);
  });

  it('that ends without another word is no empty answer', () => {
    expect(goingOn.on(ended('done', null))).toEqual({
      at: 'idle',
      does: [closed(), hidden],
      changes: { turn: null, last: [words('1')] },
    });
  });

  it('is not asked again after a restart: half of it stands there', () => {
    const next = goingOn.after(resumed);
    expect([next.at, next.context.unanswered]).toEqual(['interrupted', [{ text: words('1'), why: 'interrupted' }]]);
    expect(streamingAble.after(resumed).at).toBe('asking / waiting for a place');
  });

  const kept = { unanswered: [{ text: words('1'), why: 'failed', answer: { markdown: 'answer' } }] };
  const told = [
    'say',
    { notice: { key: 'answer was refused', tooLarge: false }, answers: id('1'), mentions: '@ann:example.org' },
  ];

  it.each([
    ['while it goes on', goingOn, 'asking / working / streaming'],
    ['while its last piece is delivered', goingOn.after(ended('done', 'more')), 'asking / finishing'],
    ['when it is over', goingOn.after(ended('done', null)), 'idle'],
  ])('of which a piece is refused can be sent again: %s', (_, scene, at) => {
    expect(scene.on(refused())).toEqual({ at, does: [told], changes: kept });
  });

  it('of which a piece is refused after !clear is not spoken of', () => {
    const cleared = goingOn.after(ended('done', null), clear);
    expect(cleared.on(refused())).toEqual({ at: 'idle', does: [], changes: {} });
  });
});

describe('a question in the room', () => {
  it('is known by its message as long as it is open', () => {
    expect(askingAble.after(questionShown).context.question).toEqual({ ...question, shown: id('question') });
    expect(idle.on(questionShown)).toEqual({ at: 'idle', does: [], changes: {} });
  });

  it('is not taken for another one that is open by the time it stands there', () => {
    const shownFor = (asks: string): RoomEvent => ({ type: 'question.shown', eventId: id('question'), asks });
    const other = { ...question, id: 'other', text: 'Delete all?' };
    const next = askingAble.after(asked(other));
    expect(next.on(shownFor(question.text)).changes).toEqual({});
    expect(next.after(shownFor(other.text)).context.question).toEqual({ ...other, shown: id('question') });
  });

  it('urges once, however much is written', () => {
    const urged = askingAble.after(text('2'));
    expect(urged.on(text('3')).does).toEqual([['go on as a reply', { turn: 1 }]]);
  });

  it('ends typing until it has its word', () => {
    expect(askingAble.on(command('no')).does).toEqual([
      ['send the confirmation', { turn: 1, question: 'q1', approved: false }],
      say({ key: 'word is taken', approved: false, later: false }, 'no'),
      ['show typing', {}],
    ]);
  });
});

describe('a text in a thread', () => {
  const thread = id('root');
  const inThread: RoomEvent = { type: 'text.received', text: { ...words('1'), thread } };
  const relation = { thread };
  const scene = idle.after(inThread);

  it('is answered in the thread, whatever there is to say', () => {
    const answering = streaming.after(ended('done', null), { type: 'text.received', text: { ...words('2'), thread } });
    expect(scene.context.turn?.text.thread).toBe(thread);
    expect(answering.on(ended('failed', 'half', 'silent', 2)).does.map(([, params]) => params)).toEqual([
      { turn: 2, answer: { markdown: 'half' }, preview: null, answers: id('2'), relation },
      {
        notice: { key: 'trouble', trouble: 'silent' },
        answers: id('2'),
        relation,
        turn: 2,
        mentions: '@ann:example.org',
      },
    ]);
  });

  it('that waits is told of in the thread', () => {
    const waits = streaming.after({ type: 'text.received', text: { ...words('2'), thread } });
    expect(waits.on(waits.end('patience')).does).toEqual([
      ['say', { notice: { key: 'text waits', position: 1 }, answers: id('2'), relation }],
    ]);
  });

  it('that is the word on a question is kept in the thread for the next turn', () => {
    const word: RoomEvent = { type: 'command.yes', eventId: id('yes'), sender: words('1').sender, thread };
    const { does, changes } = asking.on(word);
    expect(does[0]).toEqual([
      'say',
      { notice: { key: 'word is taken', approved: true, later: true }, answers: id('yes'), relation },
    ]);
    expect(changes.waiting?.map((one) => one.thread)).toEqual([thread]);
  });

  it('that is a command is answered in the thread', () => {
    const help: RoomEvent = { type: 'command.help', eventId: id('help'), sender: words('1').sender, thread };
    expect(idle.on(help).does).toEqual([
      ['say', { notice: { key: 'help', inSpace: false }, answers: id('help'), relation }],
    ]);
  });
});

describe('a text that waited', () => {
  it('is answered by a reply, also in what does not fit one message', () => {
    const next = finishing.after(text('2'), delivered());
    expect(next.after(ended('failed', 'half', 'silent', 2)).on(delivered(2)).at).toBe('idle');
    const [delivery] = next.on(ended('done', 'answer', null, 2)).does;
    expect(delivery).toEqual([
      'deliver the answer',
      { turn: 2, answer: { markdown: 'answer' }, preview: null, answers: id('2'), relation: { isReply: true } },
    ]);
  });

  it('makes a reply of what is still to come of the answer before it', () => {
    expect(streaming.on(text('2')).does).toEqual([['go on as a reply', { turn: 1 }]]);
    const [delivery] = streaming.after(shown(), text('2')).on(ended('done', 'answer')).does;
    expect(delivery).toEqual([
      'deliver the answer',
      {
        turn: 1,
        answer: { markdown: 'answer' },
        preview: id('preview'),
        answers: id('1'),
        relation: { isReply: true },
      },
    ]);
  });
});

describe('an archived chat', () => {
  const away = play(invited(), joined, adopted(), archived());

  it('says once that it is archived, and answers', () => {
    const notice = say({ key: 'you write in an archived chat', number: 3 }, '1');
    expect(away.on(text('1')).does[0]).toEqual(notice);
    const again = away.after(text('1'), ended('done', null));
    expect(again.on(text('2')).does).not.toContainEqual(say({ key: 'you write in an archived chat', number: 3 }, '2'));
  });

  it('says it again when it was brought back and archived anew', () => {
    const anew = away.after(text('1'), ended('done', null), archived(false), archived());
    expect(anew.on(text('2')).does[0]).toEqual(say({ key: 'you write in an archived chat', number: 3 }, '2'));
  });
});
