/** Whether what stands in a room's account data is a marker, and one that this version may replace. */
import { z } from 'zod';
import { Marker } from '../../machines/marker.ts';
import { MatrixFailure } from './errors.ts';

const Versioned = z.object({ version: z.number().gt(Marker.shape.version.value) });

/** `newer`: a later version of the service wrote it; null: it is no marker. */
export function markerIn(content: unknown): Marker | 'newer' | null {
  return Marker.safeParse(content).data ?? (Versioned.safeParse(content).success ? 'newer' : null);
}

/** Why such a room is left alone. */
export function newerMarker(): MatrixFailure {
  return new MatrixFailure({
    kind: 'refused',
    status: null,
    code: 'NEWER_MARKER',
    detail: 'The marker of the room was written by a newer Roomkeeper: the room is left alone',
  });
}
