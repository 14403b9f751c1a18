import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { Problem } from '../lib/problem.ts';
import { bindRoutes, type Gatekeeper, type Route } from './bind-endpoint.ts';
import { consolePolicy, serveConsole } from './console-files.ts';
import { problemHandler, sendProblem } from './problem-reply.ts';

const BODY_BYTES_MAX = 512 * 1024;

export interface HttpServerParts {
  logger: Logger;
  gatekeeper: Gatekeeper;
  routes: readonly Route[];
  /** Handlers with a protocol of their own (resumable upload), before bodies are read. */
  mounts: readonly { path: string; handle: RequestHandler }[];
  requestsPerMinute: number;
  /** Proxies in front of us; absent: none. */
  trustProxy?: number;
  /** Where the built console lies; absent: this server has no pages. */
  consoleFolder?: string;
}

/** The HTTP server, not listening yet: others hang their upgrades (MQTT over WebSocket) on it first. */
export function createHttpServer(parts: HttpServerParts): Server {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', parts.trustProxy ?? 0);
  app.use(
    pinoHttp({
      logger: parts.logger,
      genReqId: () => randomUUID(),
      customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
      // Cookies and tokens never reach the log.
      redact: ['req.headers.cookie', 'req.headers.authorization', 'req.headers["x-csrf-token"]', 'res.headers["set-cookie"]'],
    }),
  );
  app.use((request, response, next) => {
    response.locals['requestId'] = request.id;
    next();
  });
  app.use(helmet({ contentSecurityPolicy: consolePolicy }));
  // Before the limit: a page is a dozen files, and a whole office may share one address.
  if (parts.consoleFolder !== undefined) app.use(serveConsole(parts.consoleFolder));
  app.use(limitRequests(parts.requestsPerMinute));
  for (const mount of parts.mounts) app.use(mount.path, mount.handle);
  app.use(express.json({ limit: BODY_BYTES_MAX }));
  bindRoutes(app, parts.gatekeeper, parts.routes);
  finish(app);
  const server = createServer(app);
  server.requestTimeout = 10 * 60_000; // an upload over a slow 4G link is one long request
  server.headersTimeout = 20_000;
  return server;
}

/** @returns the port that was really bound. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** One caller by address; receivers behind one carrier's NAT share theirs, so their own endpoints are not counted here. */
function limitRequests(requestsPerMinute: number): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: (request) => request.path.startsWith('/api/agent/'),
    handler: (_request, response) => sendProblem(response, new Problem('too-many-requests')),
  });
}

function finish(app: Express): void {
  app.use((request) => {
    throw new Problem('route-unknown', { method: request.method, path: request.path });
  });
  app.use(problemHandler);
}
