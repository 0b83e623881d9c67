/** What `doctor` checks, one row each; what a row needs stands above it. */
import { checkEncryption, checkHolder, checkLimits, checkLogin } from './account.ts';
import { checkAllAgents, checkAllFolders, STATUS_SECONDS } from './agents.ts';
import { checkCertificates } from './certificate.ts';
import { ok, warn, type Check } from './check.ts';
import { checkOps, checkState } from './here.ts';
import { checkClock, checkHomeserver } from './homeserver.ts';

/** Whoever starts it reads of everything that is wrong within five seconds. */
const WITHIN_MS = 4_500;
const soon = () => WITHIN_MS;

export const checks: readonly Check[] = [
  {
    name: 'configuration',
    needs: [],
    withinMs: soon,
    run: async ({ config: { agents, userAgents, warnings } }) => [
      ok(
        `${countOf(agents.length, 'agent')}, ${countOf(Object.keys(userAgents).length, 'person', 'people')} named; check-config says what it means.`,
      ),
      ...warnings.map((warning) => warn(warning)),
    ],
  },
  { name: 'homeserver', needs: [], withinMs: soon, run: checkHomeserver },
  { name: 'certificate', needs: [], withinMs: soon, run: checkCertificates },
  { name: 'state', needs: [], withinMs: soon, run: checkState },
  { name: 'agents', needs: [], withinMs: agentsWithin, run: checkAllAgents },
  { name: 'folders', needs: [], withinMs: soon, run: checkAllFolders },
  { name: 'clock', needs: ['homeserver'], withinMs: soon, run: checkClock },
  { name: 'login', needs: ['homeserver'], withinMs: soon, run: checkLogin },
  { name: 'ops', needs: ['state'], withinMs: soon, run: checkOps },
  { name: 'account', needs: ['login', 'state'], withinMs: soon, run: checkHolder },
  { name: 'encryption', needs: ['login'], withinMs: soon, run: checkEncryption },
  { name: 'limits', needs: ['login', 'encryption'], withinMs: soon, run: checkLimits },
];

/** An answer may take as long as whoever asks says, and so may the copy of a file. */
function agentsWithin({
  message,
  files,
  answerSeconds,
}: {
  message: string | null;
  files: boolean;
  answerSeconds: number;
}): number {
  const asked = (message === null ? 0 : 1) + (files ? 1 : 0);
  const seconds = STATUS_SECONDS * (files ? 2 : 1) + asked * answerSeconds;
  return Math.max(WITHIN_MS, seconds * 1000);
}

function countOf(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
