import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeKilledFiles } from './files-killed.contract.ts';

describeKilledFiles('Synapse', sharedSynapse);
