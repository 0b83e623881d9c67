import { sharedSynapse } from '../support/synapse/shared.ts';
import { describePushes } from './pushes.contract.ts';

describePushes('Synapse', sharedSynapse);
