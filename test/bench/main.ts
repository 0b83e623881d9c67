/**
 * `npm run bench`: every figure of docs/performance.md in one run of about six minutes, half of which is the soak.
 * `--json FILE` writes the figures, `--only a,b` runs some parts, `--profile FOLDER` writes a CPU profile of each process.
 * Started with a role instead, it is one of the processes that the benchmark forks.
 */
import { roles, type Role } from './alone.ts';

// Nobody who measures can act on what matrix-bot-sdk's dependencies are warned about.
process.noDeprecation = true;

const [role] = process.argv.slice(2);
if (process.send !== undefined && role !== undefined && role in roles) await roles[role as Role]();
else await import('./suite.ts');
