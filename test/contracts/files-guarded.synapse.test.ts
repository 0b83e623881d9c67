import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeGuardedFiles } from './files-guarded.contract.ts';

describeGuardedFiles('Synapse', sharedSynapse);
