import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeContexts } from './contexts.contract.ts';

describeContexts('Synapse', sharedSynapse);
