/** The instants in the life of an event that belong to durable actors: a kill at any of them loses nothing and repeats nothing. */
export const durableBoundaries = ['record decided', 'record written'] as const;

export type DurableBoundary = (typeof durableBoundaries)[number];

/** Called at each of them. */
export type Reach = (boundary: DurableBoundary) => void;
