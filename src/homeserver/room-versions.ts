/** The room versions that are offered, and what differs between them. */

/** What differs between the room versions offered here. */
export interface RoomVersion {
  id: string;
  /** From 12: the creators stand above all power levels and may not be listed in them (MSC4289). */
  creatorsAreAbove: boolean;
  /** From 12: the room id is the create event's id with another sigil (MSC4291). */
  idIsCreateEvent: boolean;
}

const versions: RoomVersion[] = [
  { id: '11', creatorsAreAbove: false, idIsCreateEvent: false },
  { id: '12', creatorsAreAbove: true, idIsCreateEvent: true },
];

export const roomVersions: ReadonlyMap<string, RoomVersion> = new Map(versions.map((version) => [version.id, version]));
