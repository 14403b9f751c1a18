import { join } from 'node:path';
import express, { type RequestHandler, type Response, Router } from 'express';
import type { HelmetOptions } from 'helmet';
import { Problem } from '../lib/problem.ts';

/**
 * Everything comes from this server. Styles may stand inline, because the console's component library writes its variables so;
 * scripts may not. `blob:` is what was just recorded or decoded in the page. Plain HTTP on a commune's own network must
 * keep working, so addresses are not raised to HTTPS: whoever puts TLS in front does that there.
 */
export const consolePolicy: HelmetOptions['contentSecurityPolicy'] = {
  useDefaults: false,
  directives: {
    'default-src': ["'self'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'blob:', 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    'media-src': ["'self'", 'blob:'],
    'worker-src': ["'self'", 'blob:'],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
  },
};

/** Not the console's: these answer for themselves, with a problem where there is nothing. */
const NOT_PAGES = /^\/(api|mqtt|healthz|readyz)(\/|$)/;
const NOT_BUILT = `The console is not built yet. On this machine run: npm run build\nBảng điều khiển chưa được dựng. Trên máy này, chạy: npm run build\n`;

/** The built console: its files, and for every other address its one page, which finds its way by the address. */
export function serveConsole(folder: string): RequestHandler {
  const router = Router();
  // Names of files in assets/ hold a hash of what is in them. What is gone stays 404: an old page must not get HTML as a script.
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '365d', index: false }));
  router.use('/assets', (request) => {
    throw new Problem('route-unknown', { method: request.method, path: `/assets${request.path}` });
  });
  router.use(express.static(folder, { index: false, dotfiles: 'ignore', maxAge: '1h', redirect: false }));
  router.use((request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    if (NOT_PAGES.test(request.path) || !request.accepts('html')) return next();
    sendPage(response, folder);
  });
  return (request, response, next) => (NOT_PAGES.test(request.path) ? next() : router(request, response, next));
}

/** Always asked for anew, so that a new version is seen at the next reload. */
function sendPage(response: Response, folder: string): void {
  response.set('cache-control', 'no-cache');
  response.sendFile('index.html', { root: folder, cacheControl: false }, (error) => {
    if (!error || response.headersSent) return;
    response.status(503).type('text/plain').send(NOT_BUILT);
  });
}
