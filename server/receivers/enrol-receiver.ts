import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Enrolled, EnrolRequest } from '#contract/enrolment.ts';
import { canonicalBytes, sha256Hex } from '#signing/canonical-json.ts';
import { verifyBytes } from '#signing/keys.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { parseCode } from './enrolment-code-rules.ts';
import { findEnrolment, saveEnrolmentUsed, saveTryLost, type StoredEnrolment } from './enrolment-store.ts';
import { insertHardwareSighting } from './login-store.ts';
import type { ReceiverDeps } from './receiver-deps.ts';
import { findOccupant, findReceiver, findReceiverByKey, insertInstallation, insertReceiver } from './receiver-store.ts';
import { revokeWithin } from './revoke-receiver.ts';

type Deps = Pick<ReceiverDeps, 'db' | 'clock' | 'keyRing' | 'link' | 'presence' | 'onInstallationChanged'>;

/** A refusal is an outcome and not a throw: the try that it costs must be committed. */
type Outcome =
  | { kind: 'refused'; problem: Problem }
  | { kind: 'enrolled'; receiverId: string; enrolment: StoredEnrolment; replacedId: string | undefined };

/**
 * First contact of a receiver. The signature is checked before anything else, so nobody can enrol a key that is not theirs.
 *
 * Invariants:
 * - a code makes one receiver; asked again by the same key, because the answer was lost, it gives the same answer;
 * - a wrong secret spends a try of the enrolment that its open part names, whatever else is wrong with it.
 */
export async function enrolReceiver(deps: Deps, request: EnrolRequest, mqttUrl: string): Promise<Enrolled> {
  const { code, publicKey, hardwareId } = request;
  const signed = canonicalBytes({ type: 'enrol', code, publicKey, hardwareId });
  if (!verifyBytes(publicKey, signed, request.signature)) throw new Problem('receiver-signature-wrong');
  const outcome = await inTransaction(deps.db, (db) => enrolWithin(db, deps, request));
  if (outcome.kind === 'refused') throw outcome.problem;
  const { receiverId, enrolment, replacedId } = outcome;
  if (replacedId !== undefined) {
    deps.link.disconnect(replacedId);
    await deps.presence.noteState(replacedId, 'offline', 'receiver-replaced');
  }
  const { clusterId, kind } = enrolment;
  return { receiverId, clusterId, kind, mqttUrl, rootKey: deps.keyRing.rootKey, keySet: deps.keyRing.keySet };
}

async function enrolWithin(db: Db, deps: Deps, request: EnrolRequest): Promise<Outcome> {
  const now = instantOf(deps.clock.now());
  const code = parseCode(request.code);
  const enrolment = code && (await findEnrolment(db, code.name));
  if (!enrolment) return refused('enrolment-code-wrong');
  if (!isSecretRight(enrolment, code.whole)) return spendTry(db, enrolment, now);
  if (enrolment.receiverId !== null) return answerAgain(db, enrolment, request, enrolment.receiverId);
  if (enrolment.triesLeft <= 0) return refused('enrolment-code-exhausted');
  if (enrolment.expiresAt <= now) return refused('enrolment-code-expired');
  const holder = await findReceiverByKey(db, request.publicKey);
  if (holder) return refused(holder.state === 'revoked' ? 'receiver-revoked' : 'conflict');
  const occupantId = await findOccupant(db, enrolment.clusterId);
  if (occupantId !== undefined && !enrolment.replacesCurrent) return refused('cluster-occupied');

  const receiverId = randomUUID();
  const { clusterId, kind, createdBy } = enrolment;
  const { publicKey, hardwareId } = request;
  const areaId = (await findClusterArea(db, clusterId, now)) ?? null;
  if (occupantId !== undefined) {
    await revokeWithin(db, deps, { receiverId: occupantId, reason: 'receiver-replaced', accountId: createdBy, areaId, at: now });
  }
  await insertReceiver(db, { receiverId, kind, publicKey, hardwareId, enrolledAt: now });
  await insertHardwareSighting(db, receiverId, { hardwareId, at: now });
  await insertInstallation(db, randomUUID(), { receiverId, clusterId, installedAt: now });
  await saveEnrolmentUsed(db, enrolment.enrolmentId, receiverId, now);
  await deps.onInstallationChanged(db, { receiverId, clusterId });
  await recordAudit(db, {
    recordedAt: now,
    accountId: createdBy,
    action: 'receiver-enrolled',
    subjectKind: 'receiver',
    subjectId: receiverId,
    areaId,
    detail: { clusterId, kind, publicKey, hardwareId, replacedReceiverId: occupantId ?? null },
  });
  return { kind: 'enrolled', receiverId, enrolment, replacedId: occupantId };
}

function isSecretRight(enrolment: StoredEnrolment, whole: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(Buffer.from(whole))), Buffer.from(enrolment.codeHash));
}

async function spendTry(db: Db, enrolment: StoredEnrolment, now: string): Promise<Outcome> {
  if (enrolment.triesLeft <= 0) return refused('enrolment-code-exhausted');
  await saveTryLost(db, enrolment.enrolmentId);
  if (enrolment.triesLeft === 1) {
    await recordAudit(db, {
      recordedAt: now,
      accountId: null,
      action: 'enrolment-exhausted',
      subjectKind: 'cluster',
      subjectId: enrolment.clusterId,
      areaId: (await findClusterArea(db, enrolment.clusterId, now)) ?? null,
      detail: { enrolmentId: enrolment.enrolmentId },
    });
  }
  return refused('enrolment-code-wrong');
}

async function answerAgain(db: Db, enrolment: StoredEnrolment, request: EnrolRequest, receiverId: string): Promise<Outcome> {
  const receiver = await findReceiver(db, receiverId);
  if (receiver?.publicKey !== request.publicKey) return refused('enrolment-code-used');
  if (receiver.state === 'revoked') return refused('receiver-revoked');
  return { kind: 'enrolled', receiverId, enrolment, replacedId: undefined };
}

function refused(code: Problem['code']): Outcome {
  return { kind: 'refused', problem: new Problem(code) };
}
