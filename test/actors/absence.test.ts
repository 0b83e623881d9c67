import { describe, expect, it } from 'vitest';
import { absenceOf, asMissed } from '../../src/actors/absence.ts';
import { ann, eventId, textOf } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const answer = { texts: 'answer', maxDowntimeHours: 24 } as const;
const notify = { ...answer, texts: 'notify' } as const;
const ignore = { ...answer, texts: 'ignore' } as const;

describe('a time away', () => {
  it.each([
    ['that is short', 24 * HOUR, answer, null],
    ['longer than the operator set', 24 * HOUR + 1, answer, 'told'],
    ['after which people are told', 2 * MINUTE, notify, 'told'],
    ['that is a restart', 2 * MINUTE - 1, notify, null],
    ['that is passed over', 2 * MINUTE, ignore, 'passed over'],
    ['that is passed over, however long', 1_000 * HOUR, ignore, 'passed over'],
    ['on a clock that was set back', -1_000 * HOUR, notify, null],
  ])('%s', (_, ms, policy, missed) => {
    const found = absenceOf({ since: 5_000, until: 5_000 + ms }, policy);
    expect(found).toEqual(missed === null ? null : { ms, missed });
  });

  it('is none before the first sync', () => {
    expect(absenceOf({ since: null, until: 1_000 * HOUR }, notify)).toBeNull();
  });
});

it('only what somebody wrote is missed', () => {
  const left = { type: 'member.left', user: ann } as const;
  const withdrawn = { type: 'text.withdrawn', of: eventId(1) } as const;
  const edited = { type: 'text.edited', of: eventId(1), sender: ann, body: 'b' } as const;
  for (const event of [left, withdrawn, edited]) expect(asMissed(event, { ms: 1, missed: 'told' })).toEqual(event);
  const text = { type: 'text.received', text: textOf(1) } as const;
  expect(asMissed(text, { ms: 1, missed: 'told' })).toEqual({ ...text, missed: 'told' });
});
