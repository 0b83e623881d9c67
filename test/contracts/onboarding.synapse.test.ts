import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { startSynapse } from '../support/synapse/synapse.ts';
import { describeOnboarding } from './onboarding.contract.ts';

describeOnboarding('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});

describeOnboarding('Synapse with its default limits and room version 12', async () => ({
  ...(await startSynapse({ limits: 'default', roomVersion: '12' })),
  patienceMs: 50_000,
}));

describeOnboarding('Synapse with room version 11', () => startSynapse({ limits: 'off', roomVersion: '11' }));
