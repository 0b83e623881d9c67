/**
 * What an inspector of the system sees of durable actors: the events that their charts heard, with their source, and one
 * snapshot a commit; nothing of how inputs are admitted and written.
 */
import type { AnyActor, InspectionEvent } from 'xstate';
import type { DurableSnapshot } from './snapshot.ts';

type Inspect = (event: InspectionEvent) => void;

/** Give what it returns to the root: `createActor(root, { inspect: chartsOnly(inspect) })`. */
export function chartsOnly(inspect: Inspect): Inspect {
  return (event) => {
    // An actor that is being made has no snapshot yet.
    if (event.type === '@xstate.actor') return inspect(event);
    const actor = event.actorRef as AnyActor;
    const snapshot = durableSnapshotOf(actor);
    const isFirst = 'event' in event && event.event.type === 'xstate.init';
    if (snapshot === null || isFirst) return inspect(event);
    if (event.type !== '@xstate.snapshot') return;
    // It left memory or failed: whoever keeps actors lets go of it.
    if (snapshot.heard === null) return snapshot.status === 'active' ? undefined : inspect(event);
    const { rootId, actorRef } = event;
    for (const { event: heard, from } of snapshot.heard) {
      const sourceRef = from === null ? undefined : (actor.system.get(from) as AnyActor | undefined);
      inspect({ type: '@xstate.event', rootId, actorRef, event: heard, sourceRef });
    }
    inspect({ ...event, event: snapshot.heard.at(-1)?.event ?? { type: 'effect.acknowledged' } });
  };
}

function durableSnapshotOf(actor: AnyActor): DurableSnapshot | null {
  const snapshot: unknown = actor.getSnapshot();
  return typeof snapshot === 'object' && snapshot !== null && 'heard' in snapshot
    ? (snapshot as DurableSnapshot)
    : null;
}
