import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeImport } from './import.contract.ts';

describeImport('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
