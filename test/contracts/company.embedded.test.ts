import { describeCompany } from './company.contract.ts';
import { startEmbedded } from './embedded.ts';

describeCompany('the embedded homeserver', startEmbedded);
