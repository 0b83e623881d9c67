/** The first layer of the person's vocabulary: what the host carries out, and how a name asks for it. */
import { setup } from 'xstate';
import type { EventId, RoomId } from './ids.ts';
import type { Notice } from './notices.ts';
import { personEffects, type PersonContext, type PersonEffectParams, type PersonEvent } from './person.model.ts';
import { theJob } from './person-words.ts';
import { asking, effects, from, type Moment } from './vocabulary.ts';

export type PersonMoment = Moment<PersonContext, PersonEvent>;

/** The params of the effects are the contract with `src/actors/effects/person.ts`. */
export const host = setup({
  types: {} as { context: PersonContext; events: PersonEvent; input: PersonContext; tags: 'at rest' | 'busy' },
  actions: effects<PersonEffectParams>(personEffects),
});

export const asks = asking<PersonContext, PersonEvent, PersonEffectParams>();

/** A word in the room in which the wish at hand was said. */
export function says(notice: Notice | ((moment: PersonMoment) => Notice)) {
  return asks('say', (moment) => ({ ...askerOf(moment.event), notice: from(notice, moment) }));
}

/** A word in the room that wished for what is being made. */
export function tellsTheAsker(notice: Notice | ((moment: PersonMoment) => Notice)) {
  return asks('say', (moment) => {
    const { origin, answers } = theJob(moment.context);
    return { room: origin, answers, notice: from(notice, moment) };
  });
}

/** Which room wished, and with which message. */
function askerOf(event: PersonEvent): { room: RoomId; answers: EventId | null } {
  const wish = 'job' in event ? event.job : event;
  if (!('answers' in wish) || wish.origin === null) throw new Error(`nobody wished for '${event.type}'`);
  return { room: wish.origin, answers: wish.answers };
}
