import { describeOnboarding } from './onboarding.contract.ts';
import { startEmbedded } from './embedded.ts';

describeOnboarding('the embedded homeserver', startEmbedded);
