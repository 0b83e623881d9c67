import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeAnswers } from './answers.contract.ts';

describeAnswers('Synapse', sharedSynapse);
