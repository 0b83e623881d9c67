import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeProviders } from './provider.contract.ts';

describeProviders('Synapse', sharedSynapse);
