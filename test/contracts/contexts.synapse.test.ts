import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeContexts } from './contexts.contract.ts';

describeContexts('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
