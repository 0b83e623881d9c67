import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeLanguages } from './languages.contract.ts';

describeLanguages('Synapse', sharedSynapse);
