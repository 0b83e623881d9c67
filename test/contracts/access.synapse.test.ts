import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeAccess } from './access.contract.ts';

describeAccess('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
