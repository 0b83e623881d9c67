/** The registry file is read again while the service runs: a valid change is applied as a whole, another changes nothing. */
import { describeError } from '../basics/describe-error.ts';
import { watchFile } from '../basics/watch-file.ts';
import type { Service } from '../compose/service.ts';
import type { Config } from '../config/config.ts';
import { ConfigError, sentences } from '../config/problem.ts';
import { changesBetween, inForce, isNews, type Changes, type RegistrySource } from '../config/reload.ts';
import type { RegistryHealth } from '../ops/health.ts';
import type { Log, Now } from '../ports.ts';
import type { Hosting } from './enter.ts';
import type { House } from './house.ts';
import { claimMemories } from './memories.ts';

export interface Reloading {
  /** Reads the file again. `isAsked`: somebody waits for a word on it, whatever came of it. Never rejects. */
  again(isAsked: boolean): Promise<void>;
  /** What runs. */
  config(): Config;
  /** Null where there is no file. */
  health(): RegistryHealth | null;
}

export interface ReloadWorld {
  config: Config;
  /** Null: there is no file that could change. */
  source: RegistrySource | null;
  house: Pick<House, 'host' | 'roster' | 'workspaces' | 'closers'>;
  hosting: Pick<Hosting, 'prepare'>;
  household: Pick<Service['household'], 'followTheRoster'>;
  /** The time of day. */
  wall: Now;
  log: Log;
}

/** Watches the file from now on, until the house is closed. */
export function startReloading({ source, ...world }: ReloadWorld): Reloading {
  if (source !== null) return follow(source, world);
  return {
    again: async () => world.log.warn({}, 'no registry file is named: there is nothing to read again'),
    config: () => world.config,
    health: () => null,
  };
}

function follow(source: RegistrySource, world: Omit<ReloadWorld, 'source'>): Reloading {
  const { wall, log } = world;
  const { file } = source;
  const timeOfDay = () => new Date(wall()).toISOString();
  let running = world.config;
  let since = timeOfDay();
  let problems: readonly string[] = [];
  let atNextStart: readonly string[] = [];
  let reading: Promise<void> = Promise.resolve();
  let isClosed = false;

  async function look(isAsked: boolean): Promise<void> {
    if (isClosed) return;
    try {
      const wanted = source.read(running);
      const changes = changesBetween(running, wanted);
      if (isNews(changes)) await apply(wanted, changes);
      else if (isAsked || problems.length > 0) log.info({ file }, 'registry is as it was');
      problems = [];
      noteWhatWaits(changes);
    } catch (error) {
      refuse(error instanceof ConfigError ? sentences(error.problems) : [describeError(error)], isAsked);
    }
  }

  async function apply(wanted: Config, changes: Changes): Promise<void> {
    const next = inForce(running, wanted);
    await claimMemories(world.house.host, next);
    const takeHosted = await world.hosting.prepare(next);
    const warnings = next.warnings.filter((warning) => !running.warnings.includes(warning));
    // Nothing is waited for from here on: nobody sees half of it.
    running = next;
    since = timeOfDay();
    world.house.roster.take(next);
    world.house.workspaces.take(next);
    takeHosted();
    world.household.followTheRoster();
    log.info({ file, ...inShort(changes) }, 'registry applied');
    for (const warning of warnings) log.warn({ warning }, 'configuration');
  }

  function refuse(found: readonly string[], isAsked: boolean): void {
    const isKnown = found.join('\n') === problems.join('\n');
    problems = found;
    if (!isKnown || isAsked) log.error({ file, problems }, 'registry refused, the one before stays');
  }

  /** Says once that more was changed than can be so at once. */
  function noteWhatWaits({ atNextStart: keys }: Changes): void {
    const isKnown = keys.join() === atNextStart.join();
    atNextStart = keys;
    if (!isKnown && keys.length > 0) {
      const policy = keys.map((key) => `policy.${key}`);
      log.warn({ file, keys: policy }, 'registry has changes that take effect at the next start');
    }
  }

  function again(isAsked: boolean): Promise<void> {
    return (reading = reading.then(() => look(isAsked)));
  }

  const watching = watchFile(file, {
    onChange: () => void again(false),
    onPolling: (why) => log.warn({ file, why }, 'registry file cannot be watched, it is looked at every few seconds'),
  });
  world.house.closers.push(() => {
    isClosed = true;
    watching.close();
  });
  // It may have changed since it was read.
  void again(false);
  return {
    again,
    config: () => running,
    health: () => ({ since, problems, atNextStart }),
  };
}

/** So many people are named in a line of the log. */
const NAMED_PEOPLE = 20;

function inShort({ agents, people, others, policy }: Changes) {
  return {
    agents,
    people: { moved: people.length, first: people.slice(0, NAMED_PEOPLE) },
    ...(others && { everybodyElse: 'another agent' }),
    ...(policy.length > 0 && { policy: policy.map((key) => `policy.${key}`) }),
  };
}
