import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeAskingAgain } from './again.contract.ts';

describeAskingAgain('Synapse', sharedSynapse);
