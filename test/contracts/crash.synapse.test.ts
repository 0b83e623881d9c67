import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeCrashes } from './crash.contract.ts';

describeCrashes('Synapse', sharedSynapse);
