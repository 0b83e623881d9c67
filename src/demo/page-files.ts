/** The files of the page, as they stand in its folder, and the one library that it uses. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import serveFiles from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';

const page = path.join(import.meta.dirname, 'page');
const purify = fileURLToPath(import.meta.resolve('dompurify'));

/** Nothing but this server's own files runs or is shown. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  'media-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

export const pageFiles: FastifyPluginAsync = async (server) => {
  server.addHook('onRequest', async (_request, reply) => void reply.headers(HEADERS));
  await server.register(serveFiles, {
    root: page,
    // Each file is a route of its own, so that nothing else is in reach.
    wildcard: false,
    globIgnore: ['**/*.json', '**/*.ts'],
    cacheControl: false,
  });
  server.get('/vendor/purify.js', (_request, reply) => reply.sendFile(path.basename(purify), path.dirname(purify)));
};
