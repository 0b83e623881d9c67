/** Certificates of the homeserver and of agents: believed, and for how long yet. */
import { certificateAt, portOf, whyUntrusted, type SeenCertificate } from '../basics/certificate.ts';
import { fail, ok, warn, type Finding, type World } from './check.ts';

const LOOK_MS = 3_000;
const DAY_MS = 86_400_000;
/** Whoever renews by a program does it before. */
const SOON_DAYS = 14;

interface Place {
  url: URL;
  /** What names it. */
  setting: string;
}

/** One finding for each address that speaks TLS; who shows no certificate at all is somebody else's to tell. */
export async function checkCertificates({ config, now }: World): Promise<Finding[]> {
  const places = placesOf(config);
  if (places.length === 0) return [ok('Nothing is reached by TLS.')];
  const seen = await Promise.all(places.map(({ url }) => certificateAt(url, LOOK_MS)));
  const found = places.flatMap((place, index): Finding[] => {
    const certificate = seen[index] ?? null;
    return certificate === null ? [] : [judgeCertificate(place, certificate, now())];
  });
  return found.length > 0 ? found : [ok('Nobody shows a certificate.')];
}

function placesOf({ matrix, agents, backend }: World['config']): Place[] {
  const all = [
    { url: new URL(matrix.homeserver), setting: 'MATRIX_HOMESERVER' },
    ...(backend === 'mock' ? [] : agents.map(({ baseUrl }) => ({ url: new URL(baseUrl), setting: 'base_url' }))),
  ];
  const secure = all.filter(({ url }) => url.protocol === 'https:' || url.protocol === 'wss:');
  return [...new Map(secure.map((place) => [place.url.host, place])).values()];
}

/** Of a certificate that was shown at this place. */
export function judgeCertificate({ url, setting }: Place, certificate: SeenCertificate, now: number): Finding {
  const { subject, issuer, fingerprint, ends, why } = certificate;
  const whose = `${url.hostname} port ${portOf(url)}`;
  const facts = { whose, subject, issuer, fingerprint, ends: new Date(ends).toISOString() };
  if (why !== null) return fail(whyUntrusted(certificate, { whose, setting, code: why }), facts);
  const days = Math.floor((ends - now) / DAY_MS);
  const name = `The certificate of ${whose} (${subject}, issued by ${issuer})`;
  if (days < SOON_DAYS) return warn(`${name} ends in ${days} days. Renew it: nobody gets in after that.`, facts);
  return ok(`${name} is good for ${days} days.`, facts);
}
