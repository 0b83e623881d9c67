import { sharedSynapse } from '../support/synapse/shared.ts';
import { startSynapse } from '../support/synapse/synapse.ts';
import { describeReset } from './reset.contract.ts';

describeReset('Synapse', sharedSynapse);

describeReset('Synapse with its default limits and room version 12', async () => ({
  ...(await startSynapse({ limits: 'default', roomVersion: '12' })),
  patienceMs: 50_000,
}));
