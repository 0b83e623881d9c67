import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeReload } from './reload.contract.ts';

describeReload('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
