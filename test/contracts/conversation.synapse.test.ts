import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeConversation } from './conversation.contract.ts';

describeConversation('Synapse', sharedSynapse);
