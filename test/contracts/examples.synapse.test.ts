import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeExamples } from './examples.contract.ts';

describeExamples('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});
