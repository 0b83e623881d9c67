/** Take it for the Synapse that all files of project `synapse` share, as contracts want a homeserver. */
import { inject } from 'vitest';
import type { TestHomeserver } from '../../contracts/homeserver/lab.ts';
import { registerUser } from './register.ts';

export async function sharedSynapse(): Promise<TestHomeserver> {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
}
