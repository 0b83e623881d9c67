/**
 * Every instant at which a kill must lose nothing and repeat nothing, in the order of an event's life
 * (docs/life-of-an-event.md). The crash tests read this list and kill the process at each of them.
 */
import { durableBoundaries } from '../durable/boundaries.ts';

export const boundaries = [
  'sync response received',
  'events handed to rooms',
  ...durableBoundaries,
  'sync position written',
  'connection asked for',
  'user message about to be written',
  'user message written',
  'first text received',
  'preview sent',
  'end received',
  'long answer stored',
  'effect about to be sent',
  'effect sent',
  'effect acknowledged',
] as const;

export type Boundary = (typeof boundaries)[number];

/** Called at every boundary; does nothing in production. */
export type Reach = (boundary: Boundary) => void;
