import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeFiles } from './files.contract.ts';

describeFiles('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
