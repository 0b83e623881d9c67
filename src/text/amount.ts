/** How long something takes and how much it is, as people say it: a number and its unit. Each language has the words. */

type Unit = 'second' | 'minute' | 'hour' | 'day';

export interface Amount {
  count: number;
  unit: Unit;
}

const MS: Record<Unit, number> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function inUnits(ms: number, unit: Unit): Amount {
  return { count: Math.round(ms / MS[unit]), unit };
}

/** In the largest unit that tells it well; null for less than half a second. */
export function amountOf(ms: number): Amount | null {
  const seconds = inUnits(ms, 'second');
  if (seconds.count < 1) return null;
  if (seconds.count < 60) return seconds;
  const minutes = inUnits(ms, 'minute');
  if (minutes.count < 60) return minutes;
  const hours = inUnits(ms, 'hour');
  return hours.count < 48 ? hours : inUnits(ms, 'day');
}

/** Of a time away, which nobody counts in seconds: at least a minute, in minutes up to an hour and a half. */
export function absenceIn(ms: number): Amount {
  const unit = ms < 1.5 * MS.hour ? 'minute' : ms < 2 * MS.day ? 'hour' : 'day';
  const { count } = inUnits(ms, unit);
  return { count: Math.max(1, count), unit };
}

export interface Size {
  count: number;
  unit: 'byte' | 'kilobyte' | 'megabyte' | 'gigabyte';
}

const units: readonly Size['unit'][] = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

/** How large a file is, in the largest unit of which it has one; below ten of them with tenths. */
export function sizeOf(bytes: number): Size {
  for (const [power, unit] of units.entries()) {
    const exact = bytes / 1000 ** power;
    const count = exact < 9.95 ? Math.round(exact * 10) / 10 : Math.round(exact);
    if (count < 1000 || power === units.length - 1) return { count, unit };
  }
  throw new Error('there is a last unit');
}
