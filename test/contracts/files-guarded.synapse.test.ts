import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeGuardedFiles } from './files-guarded.contract.ts';

describeGuardedFiles('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
