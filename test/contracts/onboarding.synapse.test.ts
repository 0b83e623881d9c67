import { sharedSynapse } from '../support/synapse/shared.ts';
import { startSynapse } from '../support/synapse/synapse.ts';
import { describeOnboarding } from './onboarding.contract.ts';

describeOnboarding('Synapse', sharedSynapse);

describeOnboarding('Synapse with its default limits and room version 12', async () => ({
  ...(await startSynapse({ limits: 'default', roomVersion: '12' })),
  patienceMs: 50_000,
}));

describeOnboarding('Synapse with room version 11', () => startSynapse({ limits: 'off', roomVersion: '11' }));
