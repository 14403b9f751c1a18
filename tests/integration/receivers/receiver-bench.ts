import type { Server } from 'node:http';
import { pino } from 'pino';
import { endpoints, type EndpointName } from '#contract/endpoints.ts';
import type { Enrolment } from '#contract/receiver.ts';
import { listAncestry } from '../../../server/areas/area-store.ts';
import { findClusterArea } from '../../../server/areas/cluster-store.ts';
import type { Caller } from '../../../server/http/bind-endpoint.ts';
import { closeServer, createHttpServer, listen } from '../../../server/http/http-server.ts';
import { Problem } from '../../../server/lib/problem.ts';
import { AgentLink } from '../../../server/receivers/agent-link.ts';
import { answerHeartbeat } from '../../../server/receivers/answer-heartbeat.ts';
import { AttemptLimit } from '../../../server/receivers/attempt-limit.ts';
import { createEnrolment } from '../../../server/receivers/create-enrolment.ts';
import { type KeyRing, openKeyRing } from '../../../server/receivers/key-ring.ts';
import type { UpLinkHandlers } from '../../../server/receivers/link-connection.ts';
import { LoginNonces } from '../../../server/receivers/login-nonces.ts';
import { checkLogin, findReceiverByToken } from '../../../server/receivers/login-receiver.ts';
import type { PresenceChange } from '../../../server/receivers/presence-store.ts';
import { Presence } from '../../../server/receivers/presence.ts';
import { findReceiverArea, listReceiverAncestry } from '../../../server/receivers/receiver-area.ts';
import { ENROLMENTS_BY_ADDRESS, LOGINS_BY_ADDRESS } from '../../../server/receivers/receiver-limits.ts';
import { type ReceiverRouteDeps, receiverRoutes } from '../../../server/receivers/receiver-routes.ts';
import { GroundFloor } from '../../support/ground-floor.ts';
import { StandInAgent } from '../../support/stand-in-agent.ts';
import { TempFolder } from '../../support/temp-folder.ts';

/** Receivers wired as the app wires them, on real sockets: a province with two communes and a cluster in each. */
export class ReceiverBench implements AsyncDisposable {
  readonly floor: GroundFloor;
  readonly url: string;
  readonly mqttPort: number;
  readonly deps: ReceiverRouteDeps & { presence: Presence; link: AgentLink };
  /** What the bench's neighbours were told. */
  readonly told: {
    lookNow: string[];
    installations: { receiverId: string; clusterId: string | null }[];
    presence: PresenceChange[];
  };
  readonly communeId: string;
  readonly otherCommuneId: string;
  readonly clusterId: string;
  readonly otherClusterId: string;
  /** Changed by tests that look at what receivers send. */
  readonly handlers: UpLinkHandlers;
  readonly #folder: TempFolder;
  readonly #server: Server;

  private constructor(parts: Pick<ReceiverBench, 'floor' | 'url' | 'mqttPort' | 'deps' | 'told' | 'handlers'> & Places & Owned) {
    this.floor = parts.floor;
    this.url = parts.url;
    this.mqttPort = parts.mqttPort;
    this.deps = parts.deps;
    this.told = parts.told;
    this.handlers = parts.handlers;
    this.communeId = parts.communeId;
    this.otherCommuneId = parts.otherCommuneId;
    this.clusterId = parts.clusterId;
    this.otherClusterId = parts.otherClusterId;
    this.#folder = parts.folder;
    this.#server = parts.server;
  }

  static async open(): Promise<ReceiverBench> {
    const floor = await GroundFloor.open();
    const folder = await TempFolder.create();
    const places = await addPlaces(floor);
    const told: ReceiverBench['told'] = { lookNow: [], installations: [], presence: [] };
    const { db, clock } = floor;
    const logger = pino({ level: 'silent' });
    const keyRing = await openKeyRing(folder.path, clock);
    const config = { offlineAfterMs: 45_000, host: '127.0.0.1', mqttPort: 0, publicUrl: undefined };
    const presence = await Presence.open({ db, clock, logger, config, onChange: (change) => told.presence.push(change) });
    const parts = { db, clock, logger, config, keyRing, presence, nonces: new LoginNonces(clock) };
    const holder: { link?: AgentLink } = {};
    const deps: ReceiverRouteDeps = {
      ...parts,
      link: { disconnect: (receiverId) => holder.link?.disconnect(receiverId) },
      onInstallationChanged: (_db, change) => Promise.resolve(void told.installations.push(change)),
      lookNow: (receiverIds) => Promise.resolve(void told.lookNow.push(...receiverIds)),
      limits: { enrolments: new AttemptLimit(clock, ENROLMENTS_BY_ADDRESS), logins: new AttemptLimit(clock, LOGINS_BY_ADDRESS) },
    };
    const server = serve(floor, deps);
    const handlers: UpLinkHandlers = {
      onHeartbeat: (receiverId, heartbeat) => answerHeartbeat(parts, receiverId, heartbeat),
      onReceipts: () => Promise.resolve(),
      onPresence: (receiverId, state, reason) => presence.noteState(receiverId, state, reason),
    };
    const link = await AgentLink.open({
      clock,
      logger,
      server,
      config,
      checkLogin: (request, address) => {
        deps.limits.logins.take(address);
        return checkLogin(deps, request);
      },
      listAncestry: (receiverId) => listReceiverAncestry(db, receiverId, clock.at),
      handlers: {
        onHeartbeat: (...args) => handlers.onHeartbeat(...args),
        onReceipts: (...args) => handlers.onReceipts(...args),
        onPresence: (...args) => handlers.onPresence(...args),
        onInvalidReceipt: (...args) => handlers.onInvalidReceipt?.(...args) ?? Promise.resolve(),
      },
    });
    holder.link = link;
    const port = await listen(server, 0, '127.0.0.1');
    const url = `http://127.0.0.1:${port}`;
    const mqttPort = link.mqttPort ?? 0;
    return new ReceiverBench({
      floor,
      url,
      mqttPort,
      deps: { ...deps, presence, link },
      told,
      handlers,
      ...places,
      folder,
      server,
    });
  }

  get keyRing(): KeyRing {
    return this.deps.keyRing;
  }

  invite(clusterId = this.clusterId, wanted: { replacesCurrent?: boolean } = {}): Promise<Enrolment> {
    const { replacesCurrent = false } = wanted;
    const body = { kind: 'loudspeaker' as const, replacesCurrent, address: this.url };
    return createEnrolment(this.deps, this.floor.admin.accountId, clusterId, body);
  }

  async enrol(clusterId = this.clusterId): Promise<StandInAgent> {
    return StandInAgent.enrol((await this.invite(clusterId)).enrolmentString);
  }

  /** As a signed-in person. */
  async request(method: string, path: string, body?: unknown, caller: Caller = this.floor.admin): Promise<Reply> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        cookie: `tt_session=${sessionTokenOf(caller)}`,
        'x-csrf-token': 'right',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Reply['body'] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.deps.link.close();
    await closeServer(this.#server);
    await this.deps.presence.close();
    await this.floor[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

interface Reply {
  status: number;
  body: Record<string, unknown> & { code?: string };
}

interface Places {
  communeId: string;
  otherCommuneId: string;
  clusterId: string;
  otherClusterId: string;
}

interface Owned {
  folder: TempFolder;
  server: Server;
}

async function addPlaces(floor: GroundFloor): Promise<Places> {
  const communeId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Duy Hải');
  const otherCommuneId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Bình Dương');
  const clusterId = await floor.addCluster(communeId, 'Cụm loa chợ');
  const otherClusterId = await floor.addCluster(otherCommuneId, 'Cụm loa nhà văn hóa');
  return { communeId, otherCommuneId, clusterId, otherClusterId };
}

function serve(floor: GroundFloor, deps: ReceiverRouteDeps): Server {
  const { db, clock } = floor;
  const routes = receiverRoutes(deps);
  const given = new Set(routes.map((route) => route.name));
  const others = (Object.keys(endpoints) as EndpointName[]).filter((name) => !given.has(name));
  // Stands for any endpoint of receivers: says who was let in.
  const standIns = others.map((name) => ({
    name,
    handle: async (input: unknown) => {
      if (name !== 'readMedia') throw new Problem('not-found');
      const { receiverId, response } = input as { receiverId: string; response: { json(body: unknown): void } };
      response.json({ receiverId });
    },
  }));
  return createHttpServer({
    logger: deps.logger as ReceiverRouteDeps['logger'],
    gatekeeper: {
      findSession: (token) => Promise.resolve({ caller: callerOf(token), csrfToken: 'right' }),
      findReceiver: (token) => findReceiverByToken(deps, token),
      findAreaOf: (branch, id) =>
        branch === 'receiver' ? findReceiverArea(db, id, clock.at) : findClusterArea(db, id, clock.at),
      listAncestry: (areaId) => listAncestry(db, areaId, clock.at),
    },
    routes: [...routes, ...standIns],
    mounts: [],
    requestsPerMinute: 100_000,
  });
}

/** Accounts have tests of their own: here the cookie itself carries the one grant of its caller. */
function sessionTokenOf({ accountId, grants: [grant] }: Caller): string {
  return [accountId, grant?.role ?? '', grant?.areaId ?? ''].map((part) => part.replaceAll('-', '')).join('_');
}

function callerOf(token: string): Caller {
  const [accountId = '', role = '', areaId = ''] = token.split('_');
  const uuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { accountId: uuid(accountId), grants: [{ role: role as 'technician', areaId: uuid(areaId) }] };
}
