import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeCompany } from './company.contract.ts';

describeCompany('Synapse', sharedSynapse);
