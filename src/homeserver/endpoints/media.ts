/** Endpoints: uploading and downloading files. */
import { forbidden, notFound, tooLarge } from '../errors.ts';
import { param, type Call, type FileAnswer, type Route } from '../routing.ts';

const V1 = '/_matrix/client/v1/media';

/** What a browser may show in place; everything else is saved. */
const shown = [
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
];

const guard = {
  'Cache-Control': 'public,max-age=86400,s-maxage=0,proxy-revalidate',
  'Content-Security-Policy':
    "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow, noarchive, noimageindex',
};

function disposition(contentType: string, name: string | null): string {
  const kind = shown.includes(contentType.split(';', 1)[0]!.trim().toLowerCase()) ? 'inline' : 'attachment';
  if (name === null || name === '') return kind;
  if (/^[\w.!#$%&'*+^`|~-]+$/.test(name)) return `${kind}; filename=${name}`;
  return `${kind}; filename*=utf-8''${encodeURIComponent(name)}`;
}

async function download(call: Call): Promise<FileAnswer> {
  const server = param(call, 'server');
  if (server !== call.world.serverName) throw forbidden(`Federation denied with ${server}.`);
  const { contentType, name, bytes, content } = await call.world.media.open(param(call, 'id'));
  const charset = contentType.startsWith('text/') && !contentType.includes('charset') ? '; charset=UTF-8' : '';
  return {
    content,
    bytes,
    headers: {
      ...guard,
      'Content-Type': contentType + charset,
      'Content-Disposition': disposition(contentType, call.params.name ?? name),
    },
  };
}

async function upload({ world, content, headers, query }: Call): Promise<{ content_uri: string }> {
  // What announces its size need not be read to know.
  if (Number(headers['content-length'] ?? 0) > world.media.maxUpload) throw tooLarge();
  const contentType = headers['content-type'] ?? 'application/octet-stream';
  return { content_uri: await world.media.add(content, { contentType, name: query.get('filename') }) };
}

const config = ({ world }: Call) => ({ 'm.upload.size': world.media.maxUpload });

/** Files; reading them takes a token. */
export const mediaRoutes: Route[] = [
  { method: 'POST', path: '/_matrix/media/v3/upload', streams: true, handle: upload },
  { method: 'GET', path: `${V1}/download/:server/:id`, handle: download },
  { method: 'GET', path: `${V1}/download/:server/:id/:name`, handle: download },
  { method: 'GET', path: `${V1}/config`, handle: config },
  { method: 'GET', path: '/_matrix/media/v3/config', handle: config },
  {
    method: 'GET',
    path: '/_matrix/media/v3/download/:server/:id',
    open: true,
    handle: () => {
      throw notFound('Not found');
    },
  },
];
