/**
 * The root of the service: from logging in to stopped, what it does when a part of it fails, and who spawns, restarts and
 * parks its actors. Everything that must happen outside is a named action; what comes back is an event.
 */
import { nothingKnown, supervisor } from './supervisor-vocabulary.ts';

type State = Parameters<typeof supervisor.createStateConfig>[0];

const loggingIn: State = {
  description: 'It gets the access token of the bot; a homeserver that is away is waited for.',
  entry: 'log in',
  on: { 'logged in': 'reconciling' },
};

const reconciling: State = {
  description: 'It reads its records, and rebuilds from the homeserver what is lost of them.',
  entry: 'bring the records up to date',
  on: { reconciled: 'waking' },
};

const waking: State = {
  description: 'It wakes the actors that have something under way, then catches up with what was said meanwhile.',
  entry: 'wake what was under way',
  on: {
    woken: { actions: 'start syncing' },
    'sync.succeeded': [
      { guard: 'the store works', target: 'running', actions: 'note that the sync works' },
      { target: 'degraded', actions: 'note that the sync works' },
    ],
  },
};

const running: State = {
  description: 'Everything works: what comes reaches its actors.',
  tags: 'ready',
  on: {
    'sync.failed': { target: 'degraded', actions: 'note what is wrong with the sync' },
    'store.failed': { target: 'degraded', actions: 'note what is wrong with the store' },
  },
};

const degraded: State = {
  description: 'The homeserver or the store fails: it goes on, and says that it is not ready.',
  on: {
    'sync.succeeded': [
      { guard: 'the store works', target: 'running', actions: 'note that the sync works' },
      { actions: 'note that the sync works' },
    ],
    'store.succeeded': [
      { guard: 'the sync works', target: 'running', actions: 'note that the store works' },
      { actions: 'note that the store works' },
    ],
  },
};

const draining: State = {
  description: 'It takes nothing new and lets what is under way end, for a while.',
  entry: ['stop syncing', 'finish open work'],
  after: { drainLimit: 'stopped' },
  on: { drained: 'stopped', drain: {} },
};

const stopped: State = { description: 'Nothing is under way any more; the process may end.', type: 'final' };

export const supervisorMachine = supervisor.createMachine({
  id: 'supervisor',
  description: 'The root of the service: it spawns its actors, and restarts or parks those that fail.',
  context: nothingKnown,
  initial: 'logging in',
  on: {
    'actor.wanted': { actions: ['count it among the living', 'spawn the actor'] },
    'actor.failed': [
      { guard: 'what all share failed', actions: 'restart the actor, however often that takes' },
      { actions: 'restart or park the actor' },
    ],
    'xstate.done.actor.*': { actions: ['count it no longer', 'let go of the actor'] },
    // Unheard it would end the root; why the actor failed comes as `actor.failed`.
    'xstate.error.actor.*': {},
    'sync.succeeded': { actions: 'note that the sync works' },
    'sync.failed': { actions: 'note what is wrong with the sync' },
    'store.succeeded': { actions: 'note that the store works' },
    'store.failed': { actions: 'note what is wrong with the store' },
    drain: '.draining',
    // Nothing of what is under way may be said any more.
    displaced: '.stopped',
  },
  states: { 'logging in': loggingIn, reconciling, waking, running, degraded, draining, stopped },
});
