import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeReload } from './reload.contract.ts';

describeReload('Synapse', sharedSynapse);
