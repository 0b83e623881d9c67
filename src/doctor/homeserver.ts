/** The homeserver by itself: what it is, what it can, its clock. */
import { z } from 'zod';
import { createClient } from '../matrix/client.ts';
import { whyNoHomeserver } from '../matrix/diagnosis.ts';
import { MatrixFailure } from '../matrix/errors.ts';
import { fail, ok, warn, type Finding, type World } from './check.ts';

const VERSIONS = '/_matrix/client/versions';
/** Of a real one a few dozen: whoever sends more is none. */
const Versions = z.object({ versions: z.array(z.string().max(100)).max(1_000) });
const Software = z.object({ server: z.object({ name: z.string().max(100), version: z.string().max(100) }) });

/** Names of homeservers, with their versions. */
const HOMESERVER = /^(Synapse|Dendrite|Conduit|Conduwuit|Continuwuity|Tuwunel)\/(\S+)/i;

/** Less than the check may take: what failed is still to be found out. */
const CALL_MS = 2_000;
/** The paths that the service calls, and since when files need a token (Client-Server API, changelogs). */
const LEAST = 1;
const FILES_WITH_TOKEN = 11;

export async function checkHomeserver({ config, log }: World, signal: AbortSignal): Promise<Finding> {
  const { homeserver, userId } = config.matrix;
  const api = createClient({ homeserver, accessToken: null, me: userId, log });
  const limits = { signal, timeoutMs: CALL_MS };
  try {
    const [{ versions }, software] = await Promise.all([
      api.call(Versions, 'GET', VERSIONS, limits),
      api.call(Software, 'GET', '/_matrix/federation/v1/version', limits).catch(() => headerOf(homeserver, signal)),
    ]);
    return judged(
      homeserver,
      versions,
      software === null ? null : `${software.server.name} ${software.server.version}`,
    );
  } catch (error) {
    if (!(error instanceof MatrixFailure)) throw error;
    return fail(await whyNoHomeserver(homeserver, error), { code: error.code, status: error.status });
  }
}

/** Where nobody federates: what it calls itself, unless a proxy in front of it does. */
async function headerOf(homeserver: string, signal: AbortSignal): Promise<z.infer<typeof Software> | null> {
  try {
    const response = await fetch(homeserver + VERSIONS, { redirect: 'manual', signal });
    await response.body?.cancel();
    const [, name = '', version = ''] = HOMESERVER.exec(response.headers.get('server') ?? '') ?? [];
    return name === '' ? null : { server: { name, version } };
  } catch {
    return null;
  }
}

function judged(homeserver: string, versions: readonly string[], software: string | null): Finding {
  const newest = Math.max(-1, ...versions.map((version) => Number(/^v1\.(\d+)$/.exec(version)?.[1] ?? -1)));
  const what = `${software ?? 'A homeserver'} at ${homeserver}`;
  const facts = { software, versions };
  if (newest < LEAST) {
    return fail(
      `${what} speaks no version of Matrix that the service does (v1.1 or later). Upgrade the homeserver.`,
      facts,
    );
  }
  const speaks = `${what}, Matrix v1.${newest}`;
  if (newest < FILES_WITH_TOKEN) {
    return warn(`${speaks}: files come and go without a token there, as before v1.11. Upgrade the homeserver.`, facts);
  }
  return ok(speaks, facts);
}

/** More than this is no delay of the network. */
const FAR_MS = 60_000;

export async function checkClock({ config, now }: World, signal: AbortSignal): Promise<Finding> {
  const before = now();
  const response = await fetch(config.matrix.homeserver + VERSIONS, { method: 'GET', redirect: 'manual', signal });
  const after = now();
  await response.body?.cancel();
  const there = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(there)) return ok('The homeserver does not say what time it is.');
  // Its time has whole seconds.
  const offMs = Math.max(0, before - there - 1000, there - after);
  const facts = { offMs };
  if (offMs <= FAR_MS) return ok(`This machine and the homeserver agree on the time within ${seconds(offMs)}.`, facts);
  const way = there > after ? 'behind' : 'ahead of';
  return warn(
    `The clock of this machine is ${seconds(offMs)} ${way} that of the homeserver. Set it right (NTP) here or there: ages, deadlines and certificates are judged by it.`,
    facts,
  );
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
