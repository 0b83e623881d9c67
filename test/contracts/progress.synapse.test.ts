import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeProgress } from './progress.contract.ts';

describeProgress('Synapse', sharedSynapse);
