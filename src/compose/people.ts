/** How the actors of people are made: their definition, their records, what their effects act on. */
import type { UserId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import { createPersonEffects } from '../actors/effects/person.ts';
import { newPersonRecord, personDefinition, readPersonRecord } from '../actors/person.ts';
import { personRest } from '../actors/rest.ts';
import { createChildren, type Children } from '../durable/children.ts';
import { newOrigin } from '../durable/record.ts';
import { alike, resumed, type Shared } from './surroundings.ts';
import { callingBy, namesFor, topicsFor } from './words.ts';

export function composePeople(shared: Shared): Children<UserId, PersonContext> {
  const { store, device, work, send, words, post, creations, config, roster } = shared;
  const labelOf = (person: UserId) => roster.labelOf(shared.reception.agentFor(person).agent);
  return createChildren({
    ...alike(shared),
    definition: personDefinition(device),
    records: store.people,
    readRecord: readPersonRecord,
    newRecord: async (person: UserId) => newPersonRecord(person, newOrigin()),
    news: (record) => (personRest.hearsResumed(record) ? [resumed(shared.now())] : []),
    brief: (_, inputs) => inputs,
    mayLeaveMemory: personRest.mayLeaveMemory,
    holdsAStop: personRest.holdsAStop,
    observe: shared.observe.person,
    createEffects: (admit) =>
      createPersonEffects(
        {
          ...{ work, send, renderNotice: words, tellRoom: post.tellRoom, creations },
          ...{ isEncrypted: shared.isEncrypted, isShared: shared.isShared },
          ...{ roomsOf: shared.roomsOf, languageIn: shared.languageIn },
          names: namesFor(config.policy, callingBy(work.displayName)),
          topics: topicsFor(config.policy, labelOf),
          ...{ now: shared.now, log: shared.log, reach: shared.reach, isClosing: shared.isClosing },
        },
        admit,
      ),
  });
}
