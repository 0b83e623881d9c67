import { describeConversation } from './conversation.contract.ts';
import { startEmbedded } from './embedded.ts';

describeConversation('the embedded homeserver', startEmbedded);
