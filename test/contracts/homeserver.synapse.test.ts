import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeHomeserver } from './homeserver.contract.ts';

describeHomeserver('Synapse', sharedSynapse);
