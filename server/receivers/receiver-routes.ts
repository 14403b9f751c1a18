import type { Request } from 'express';
import { route, type Route } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { MQTT_PATH } from './agent-link.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import { createEnrolment } from './create-enrolment.ts';
import { enrolReceiver } from './enrol-receiver.ts';
import { listReceivers, readReceiver, readReceiverWithPlaces } from './list-receivers.ts';
import { loginReceiver } from './login-receiver.ts';
import { moveReceiver } from './move-receiver.ts';
import { originOf, webSocketOf } from './origin-rules.ts';
import type { ReceiverDeps } from './receiver-deps.ts';
import { revokeReceiver } from './revoke-receiver.ts';
import { VITALS_KEPT_MS } from './sample-rules.ts';
import { listPresenceChanges, listVitalsSamples } from './vitals-store.ts';

export interface ReceiverRouteDeps extends ReceiverDeps {
  limits: { enrolments: AttemptLimit; logins: AttemptLimit };
}

export function receiverRoutes(deps: ReceiverRouteDeps): Route[] {
  return [...routesForPeople(deps), ...routesForReceivers(deps)];
}

function routesForPeople(deps: ReceiverRouteDeps): Route[] {
  return [
    route('createEnrolment', ({ caller, params, body, request }) => {
      const address = body.address ?? deps.config.publicUrl ?? origin(deps, request);
      return createEnrolment(deps, caller.accountId, params.clusterId, { ...body, address });
    }),
    route('listReceivers', async ({ query }) => ({ entries: await listReceivers(deps, query.areaId) })),
    route('readReceiver', ({ params }) => readReceiverWithPlaces(deps, params.receiverId)),
    route('listVitals', async ({ params, query }) => {
      const from = query.from ?? instantOf(deps.clock.now() - VITALS_KEPT_MS);
      return { entries: await listVitalsSamples(deps.db, params.receiverId, from) };
    }),
    route('listPresence', async ({ params }) => ({ entries: await listPresenceChanges(deps.db, params.receiverId) })),
    route('revokeReceiver', async ({ caller, params, body }) => {
      await revokeReceiver(deps, caller.accountId, params.receiverId, body.reason);
      return readReceiver(deps, params.receiverId);
    }),
    route('moveReceiver', async ({ caller, params, body }) => {
      await moveReceiver(deps, caller, params.receiverId, body.clusterId);
      return readReceiver(deps, params.receiverId);
    }),
  ];
}

function routesForReceivers(deps: ReceiverRouteDeps): Route[] {
  const { keyRing, limits, nonces } = deps;
  const mqttUrl = (request: Request) => webSocketOf(origin(deps, request), MQTT_PATH);
  return [
    route('enrolReceiver', async ({ body, request }) => {
      limits.enrolments.take(request.ip);
      return enrolReceiver(deps, body, mqttUrl(request));
    }),
    route('issueNonce', async ({ body, request }) => {
      limits.logins.take(request.ip);
      return nonces.issue(body.receiverId);
    }),
    route('loginReceiver', async ({ body, request }) => {
      limits.logins.take(request.ip);
      return { ...(await loginReceiver(deps, body)), mqttUrl: mqttUrl(request) };
    }),
    route('stateServerTime', async ({ body, request }) => {
      limits.logins.take(request.ip);
      const serverTimeAt = instantOf(deps.clock.now());
      return keyRing.sign('record', { type: 'server-time' as const, v: 1 as const, nonce: body.nonce, serverTimeAt });
    }),
    route('readKeySet', async () => keyRing.keySet),
  ];
}

function origin(deps: ReceiverRouteDeps, request: Request): string {
  return originOf({
    host: request.get('host') ?? 'localhost',
    forwardedScheme: request.get('x-forwarded-proto'),
    isEncrypted: request.secure,
    publicUrl: deps.config.publicUrl,
  });
}
