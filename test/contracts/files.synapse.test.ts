import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeFiles } from './files.contract.ts';

describeFiles('Synapse', sharedSynapse);
