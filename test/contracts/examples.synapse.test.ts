import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeExamples } from './examples.contract.ts';

describeExamples('Synapse', sharedSynapse);
