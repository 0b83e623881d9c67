import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeStateFolder } from './state-folder.contract.ts';

describeStateFolder('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
