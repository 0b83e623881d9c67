import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeStateFolder } from './state-folder.contract.ts';

describeStateFolder('Synapse', sharedSynapse);
