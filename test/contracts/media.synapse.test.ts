import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeMedia } from './media.contract.ts';

describeMedia('Synapse', sharedSynapse);
