import { describe, expect, it, test } from 'vitest';
import { createStage } from '../../../src/actors/effects/stage.ts';
import type { Relation } from '../../../machines/message.ts';
import type { Outgoing, Receipt, SendDisposable } from '../../../src/ports.ts';
import { answersWithin } from '../../../src/text/answer.ts';
import { en } from '../../../src/text/en.ts';
import { previewsIn } from '../../../src/text/preview.ts';
import { eventId, ROOM } from '../support.ts';

const PREVIEW = eventId('preview');
type Reply = Awaited<ReturnType<SendDisposable>>;
const yes: Reply = { ok: true, eventId: PREVIEW };
const unknown: Reply = { ok: false, code: 'unknown', detail: '' };

interface Circumstances {
  mayHaveBegun?: boolean;
  relation?: Relation;
  isApart?: boolean;
}

/** A stage on a homeserver that says yes, or what the test says next. */
function stage({ mayHaveBegun = false, relation, isApart = false }: Circumstances = {}) {
  const sent: Outgoing[] = [];
  const replies: Reply[] = [];
  const put = async (message: Outgoing): Promise<Reply> => (sent.push(message), replies.shift() ?? yes);
  const world = {
    send: async (message: Outgoing) => (await put(message)) as Receipt,
    sendDisposable: put,
    renderPreview: previewsIn(en.answers),
    renderAnswer: answersWithin(30, en.answers),
    now: () => 36,
  };
  const scene = {
    room: ROOM,
    transaction: 'origin.t1',
    answers: eventId('asked'),
    relation,
    mayHaveBegun,
    language: null,
  };
  return {
    ...createStage(world, { ...scene, isApart: () => isApart }, () => {}),
    next: (reply: Reply) => void replies.push(reply),
    sent: () => sent.map(({ transaction, content: { body } }) => `${transaction}: ${body}`),
    relations: () => sent.map(({ relation: one }) => one),
  };
}

describe('what stands in the room as it will stay', () => {
  it.each([
    ['the whole answer', 'All of it.', 'All of it.'],
    ['but for what nobody sees', 'All of **it**.', 'All of **it**.<!-- a note --> \n'],
    ['but for what is cleaned away', 'All \u001b[31mof it.', 'All \u001b[31mof it.\u001b[0m'],
  ])('is its beginning, where it says %s', async (_, beginning, whole) => {
    const { show, standsAs } = stage();
    expect(standsAs(whole)).toBe(null);
    await show(beginning, 'resting');
    expect(standsAs(whole)).toBe(PREVIEW);
  });

  it.each([
    ['less', 'All of it.', 'All of it. And more.'],
    ['the same with less markup', 'All of \\*it\\*', 'All of *it*'],
    ['only a piece of the first part', `${'word '.repeat(2_000)}`, `${'word '.repeat(2_000)}`],
  ])('is not a beginning that says %s', async (_, beginning, whole) => {
    const { show, standsAs } = stage();
    await show(beginning, 'resting');
    expect(standsAs(whole)).toBe(null);
  });

  it('is not a beginning that hides its last word', async () => {
    const { show, standsAs } = stage();
    await show('All of it', 'flowing');
    expect(standsAs('All of it')).toBe(null);
  });

  it('is a first part that is as long as a preview, where more parts follow', async () => {
    const { show, standsAs } = stage();
    const first = 'word '.repeat(1_300).trim();
    await show(first, 'resting');
    expect(standsAs(`${first}\n\n${'word '.repeat(1_300)}`)).toBe(PREVIEW);
  });

  it('is not an edit, which says only its beginning to clients that know none', async () => {
    const { show, edit, standsAs } = stage();
    await show('All', 'resting');
    await edit(PREVIEW, 'All of it.', 'resting');
    expect(standsAs('All of it.')).toBe(null);
  });

  it('is a beginning whose edit was refused', async () => {
    const { show, edit, standsAs, next } = stage();
    await show('All of it.', 'resting');
    next({ ok: false, code: 'M_TOO_LARGE', detail: '' });
    await edit(PREVIEW, 'All of it. And', 'resting');
    expect(standsAs('All of it.')).toBe(PREVIEW);
  });

  it('is known only once the fate of what was sent is', async () => {
    const { show, clearDoubt, standsAs, next } = stage();
    next(unknown);
    await show('All of it.', 'resting');
    expect(standsAs('All of it.')).toBe(null);
    await clearDoubt();
    expect(standsAs('All of it.')).toBe(PREVIEW);
  });

  it('is not a beginning with an edit of unknown fate behind it', async () => {
    const { show, edit, clearDoubt, standsAs, next } = stage();
    await show('All of it.', 'resting');
    next(unknown);
    await edit(PREVIEW, 'All of it. And', 'resting');
    await clearDoubt();
    expect(standsAs('All of it.')).toBe(null);
  });

  it('is nothing where an earlier run may have shown another beginning under the same transaction', async () => {
    const { show, standsAs } = stage({ mayHaveBegun: true });
    await show('All of it.', 'resting');
    expect(standsAs('All of it.')).toBe(null);
  });
});

test.each([
  [{}, undefined],
  [{ isApart: true }, { isReply: true }],
  [{ relation: { thread: eventId('root') } }, { thread: eventId('root') }],
  [
    { relation: { thread: eventId('root') }, isApart: true },
    { thread: eventId('root'), isReply: true },
  ],
] as const)('a beginning, given %j, stands to the text as %j', async (given, relation) => {
  const { show, relations } = stage(given);
  await show('The beginning', 'resting');
  expect(relations()).toEqual([relation]);
});

describe('an edit', () => {
  it('that would change nothing is not sent', async () => {
    const { show, edit, sent } = stage();
    await show('The beginning', 'resting');
    expect(await edit(PREVIEW, 'The beginning <!-- of', 'resting')).toEqual({ ...yes, isOld: true });
    await edit(PREVIEW, 'The beginning of', 'resting');
    expect(await edit(PREVIEW, 'The beginning of it', 'flowing')).toEqual({ ...yes, isOld: true });
    expect(sent()).toEqual(['origin.t1: The beginning', 'origin.t1.10.1: The beginning of']);
  });

  it('is sent where it may not be what stands there', async () => {
    const { show, edit, sent, next } = stage();
    await show('The beginning', 'resting');
    next(unknown);
    await edit(PREVIEW, 'The beginning of', 'resting');
    await edit(PREVIEW, 'The beginning', 'resting');
    const again = stage({ mayHaveBegun: true });
    await again.show('The beginning', 'resting');
    await again.edit(PREVIEW, 'The beginning', 'resting');
    expect(sent()).toEqual([
      'origin.t1: The beginning',
      'origin.t1.10.1: The beginning of',
      'origin.t1.10.2: The beginning',
    ]);
    expect(again.sent()).toEqual(['origin.t1: The beginning', 'origin.t1.10.1: The beginning']);
  });
});
