import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeImport } from './import.contract.ts';

describeImport('Synapse', sharedSynapse);
