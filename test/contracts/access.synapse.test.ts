import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeAccess } from './access.contract.ts';

describeAccess('Synapse', sharedSynapse);
