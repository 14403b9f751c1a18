import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { accountRoutes } from './accounts/account-routes.ts';
import { areaRoutes } from './areas/area-routes.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { bulletinRoutes } from './bulletins/bulletin-routes.ts';
import { readBulletin } from './bulletins/read-bulletins.ts';
import { uploadMount } from './bulletins/upload-routes.ts';
import type { Config } from './config.ts';
import type { Db } from './database/open-database.ts';
import type { DispatchDeps } from './dispatch/dispatch-deps.ts';
import { dispatchRoutes } from './dispatch/dispatch-routes.ts';
import { dispatchHandlers, dispatchOwed, sendEmergency } from './dispatch/dispatch-worker.ts';
import { lookNow } from './dispatch/look-now.ts';
import { refuseUnreadable } from './dispatch/refuse-unreadable.ts';
import { ReceiptIntake } from './dispatch/receipt-intake.ts';
import { createGatekeeper } from './gatekeeper.ts';
import type { Gatekeeper, Route } from './http/bind-endpoint.ts';
import { closeServer, createHttpServer, listen } from './http/http-server.ts';
import { operationRoutes } from './http/operation-routes.ts';
import { type Clock, instantOf } from './lib/clock.ts';
import type { ProgramPresence } from './media/probe-programs.ts';
import { type Closers, type Ground, openGround } from './open-ground.ts';
import { AgentLink } from './receivers/agent-link.ts';
import { answerHeartbeat } from './receivers/answer-heartbeat.ts';
import { AttemptLimit } from './receivers/attempt-limit.ts';
import { LoginNonces } from './receivers/login-nonces.ts';
import { checkLogin } from './receivers/login-receiver.ts';
import { listPlacementsAt, raiseProgrammeRevisions } from './receivers/placement-store.ts';
import { quarantine } from './receivers/quarantine-receiver.ts';
import type { ReceiverDeps } from './receivers/receiver-deps.ts';
import { listReceiverAncestry } from './receivers/receiver-area.ts';
import { ENROLMENTS_BY_ADDRESS, LOGINS_BY_ADDRESS } from './receivers/receiver-limits.ts';
import { receiverRoutes } from './receivers/receiver-routes.ts';
import { bulletinRendering } from './rendering/bulletin-rendering.ts';
import { EspeakEngine } from './rendering/espeak-engine.ts';
import { checkText } from './rendering/normalise-check-rules.ts';
import { RenderRuns } from './rendering/render-runs.ts';
import type { RenderDeps, RenderQueue } from './rendering/rendering-deps.ts';
import { renderingRoutes } from './rendering/rendering-routes.ts';
import { renderingWorker } from './rendering/rendering-worker.ts';
import { reportRoutes } from './reports/report-routes.ts';
import { type StoredAiring, unplanOpen } from './scheduling/airing-store.ts';
import { schedulingRoutes } from './scheduling/scheduling-routes.ts';
import { UpkeepDuties } from './upkeep-duties.ts';

/** What `npm run build` makes, beside the sources that run. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../dist/console', import.meta.url));

export interface App {
  url: string;
  port: number;
  rootKey: string;
  /** With its password, this once, when the data folder was new. */
  firstAdministrator: { username: string; password: string } | undefined;
  missingPrograms: ProgramPresence[];
  /** All upkeep that is due, now: what the ticks of the process do from time to time. */
  runUpkeep(): Promise<void>;
  /** Resolves when receipts are durable and no job waits or runs. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Puts the system together, in the order in which each part needs the one before, and takes it apart in reverse. */
export async function openApp(config: Config, { clock, logger }: { clock: Clock; logger: Logger }): Promise<App> {
  const closers: Closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    return { ...(await assemble(config, clock, logger, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble(config: Config, clock: Clock, logger: Logger, closers: Closers): Promise<Omit<App, 'close'>> {
  const ground = await openGround(config, clock, logger, closers);
  // The routes need the link, and the link needs the server that carries the routes: they are given these ends to hold.
  const ends: LooseEnds = {};
  const wiring = wireStages({ config, clock, logger, ground, ends, closers });
  const { queue, presence, uploads } = ground;
  const mounts = [uploadMount({ gatekeeper: wiring.gatekeeper, desk: uploads })];
  const { requestsPerMinute, trustProxy } = config;
  const { gatekeeper, routes } = wiring;
  const limits = { requestsPerMinute, trustProxy };
  const server = createHttpServer({ logger, gatekeeper, routes, mounts, ...limits, consoleFolder: CONSOLE_FOLDER });
  // First to be opened is last to be closed: the HTTP server waits for the WebSockets that the link holds.
  closers.push(() => closeServer(server));
  const link = await AgentLink.open({
    clock,
    logger,
    server,
    config,
    checkLogin: async (request, address) => {
      wiring.logins.take(address);
      await checkLogin(wiring.receivers, request);
    },
    listAncestry: (receiverId) => listReceiverAncestry(ground.db, receiverId, instantOf(clock.now())),
    handlers: {
      onHeartbeat: (receiverId, heartbeat) => answerHeartbeat({ ...ground, clock }, receiverId, heartbeat),
      onReceipts: async (receiverId, receipts) => wiring.intake.submit(receiverId, receipts),
      onPresence: (receiverId, state, reason) => presence.noteState(receiverId, state, reason),
      onInvalidReceipt: (receiverId, document) => refuseUnreadable(wiring.dispatch, receiverId, document),
    },
  });
  ends.link = link;
  closers.push(() => link.close());
  const { worker } = wiring;
  queue.work({ ...dispatchHandlers(wiring.dispatch), 'render-bulletin': worker.render }, async (name, payload, error) => {
    if (name === 'render-bulletin' && 'revision' in payload) await worker.endRendering(payload, error);
    else logger.error({ err: error, name, payload }, 'a job was given up; the sweep orders it again');
  });
  const questions = [...dispatchOwed(wiring.dispatch), worker.question];
  const upkeep = new UpkeepDuties({ ...ground, ...worker, clock, logger, dispatch: wiring.dispatch, questions });
  ends.sweepSoon = (then) => upkeep.sweepSoon(then);
  closers.push(() => upkeep.stop());
  const port = await listen(server, config.port, config.host);
  upkeep.sweepSoon();
  return {
    url: `http://${config.host}:${port}`,
    port,
    rootKey: ground.keyRing.rootKey,
    firstAdministrator: ground.firstAdministrator,
    missingPrograms: ground.missingPrograms,
    runUpkeep: () => upkeep.runAll(),
    settle: async () => {
      await wiring.intake.settle();
      await queue.idle();
    },
  };
}

interface LooseEnds {
  link?: AgentLink;
  /** `then` runs after the sweep, and so after the commit of whoever asks. */
  sweepSoon?: (then?: () => void) => void;
}

interface Parts {
  config: Config;
  clock: Clock;
  logger: Logger;
  ground: Ground;
  ends: LooseEnds;
  closers: Closers;
}

/** Gives each stage what it asks for, and joins what must call against the direction of imports. */
function wireStages(parts: Parts) {
  const { config, clock, logger, ground, ends, closers } = parts;
  const { db } = ground;
  const link = {
    sendDown: async (...sent: Parameters<AgentLink['sendDown']>) => ends.link?.sendDown(...sent),
    sendEmergency: async (...sent: Parameters<AgentLink['sendEmergency']>) => ends.link?.sendEmergency(...sent),
    disconnect: (receiverId: string) => ends.link?.disconnect(receiverId),
  };
  const tellToLook = (receiverIds: readonly string[]) => lookNow({ db, link }, receiverIds);
  const receivers: ReceiverDeps = {
    ...ground,
    clock,
    logger,
    config,
    link,
    lookNow: tellToLook,
    nonces: new LoginNonces(clock),
    onInstallationChanged: async (transaction, { receiverId }) => {
      await raiseProgrammeRevisions(transaction, [receiverId]);
      await unplanOpen(transaction, instantOf(clock.now()));
      ends.sweepSoon?.();
    },
  };
  const dispatch: DispatchDeps = {
    ...ground,
    clock,
    logger,
    limits: config,
    link,
    lookNow: tellToLook,
    quarantine: (receiverId, reason) => quarantine(receivers, receiverId, reason),
  };
  const intake = new ReceiptIntake(dispatch);
  closers.push(() => intake.settle());
  const gatekeeper = createGatekeeper({ db, clock });
  const logins = new AttemptLimit(clock, LOGINS_BY_ADDRESS);
  const rendering = wireRendering(parts);
  const routes = [
    ...supportRoutes(parts, { receivers, logins, gatekeeper }),
    ...rendering.routes,
    ...schedulingRoutes({ ...ground, clock, limits: config, handOver: (airing) => handOver(ground, dispatch, airing) }),
    ...dispatchRoutes({ ...dispatch, library: ground.library }),
    ...reportRoutes({ ...ground, clock, limits: config }),
  ];
  return { receivers, logins, dispatch, intake, gatekeeper, worker: rendering.worker, routes };
}

function supportRoutes(
  { config, clock, ground, ends }: Parts,
  { receivers, logins, gatekeeper }: { receivers: ReceiverDeps; logins: AttemptLimit; gatekeeper: Gatekeeper },
): Route[] {
  const { db, feed, queue } = ground;
  const limits = { enrolments: new AttemptLimit(clock, ENROLMENTS_BY_ADDRESS), logins };
  const onClustersMoved = async (transaction: Db, clusterIds: readonly string[]) => {
    const receiverIds = (await listPlacementsAt(transaction, clusterIds)).map((placement) => placement.receiverId);
    await raiseProgrammeRevisions(transaction, receiverIds);
    await unplanOpen(transaction, instantOf(clock.now()));
    // They come back at once, and are then heard by the emergencies of their new areas only.
    ends.sweepSoon?.(() => receiverIds.forEach((receiverId) => receivers.link.disconnect(receiverId)));
  };
  const listMissing = async () => [
    ...ground.missingPrograms.map((presence) => presence.program),
    ...((await queue.isReachable()) ? [] : ['redis']),
  ];
  return [
    ...accountRoutes({ ...ground, clock, config }),
    ...areaRoutes({ db, clock, onClustersMoved }),
    ...auditRoutes({ db, clock }),
    ...receiverRoutes({ ...receivers, limits }),
    ...operationRoutes({ feed, findSession: (token) => gatekeeper.findSession(token), listMissing }),
  ];
}

function wireRendering({ config, clock, logger, ground, closers }: Parts) {
  const queue: RenderQueue = {
    enqueue: (key) => ground.queue.enqueue('render-bulletin', key),
    cancel: (key) => ground.queue.cancel('render-bulletin', key),
  };
  const deps: RenderDeps = {
    ...ground,
    clock,
    logger,
    engines: [new EspeakEngine({ programs: ground.programs })],
    audioLibrary: ground.library,
    uploadPath: (uploadId) => ground.uploads.files.pathOf(uploadId),
    limits: config,
  };
  const runs = new RenderRuns(deps);
  closers.push(() => runs.close());
  const bulletins = {
    ...ground,
    clock,
    rendering: bulletinRendering({ queue, runs }),
    checkText: (text: string) => checkText(text, config),
  };
  const routes = [
    ...bulletinRoutes(bulletins),
    ...renderingRoutes({
      ...deps,
      audioLibrary: ground.library,
      queue,
      runs,
      limits: config,
      readBulletin: (bulletinId) => readBulletin(bulletins, bulletinId),
    }),
  ];
  return { worker: renderingWorker(deps, runs), routes };
}

/** From here on an airing is dispatch's. An emergency is on its way when this resolves, and no queue was asked. */
async function handOver(ground: Ground, dispatch: DispatchDeps, airing: StoredAiring): Promise<void> {
  ground.publish({ type: 'airing-changed', airingId: airing.airingId, state: airing.state }, airing.areaId);
  if (airing.class !== 'emergency') {
    await ground.queue.enqueue('plan-deliveries', { airingId: airing.airingId });
    return;
  }
  await sendEmergency(dispatch, airing);
  await ground.queue.enqueue('publish-order', { airingId: airing.airingId }, { delayMs: 2_000 });
}
