import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeKilledFiles } from './files-killed.contract.ts';

describeKilledFiles('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
