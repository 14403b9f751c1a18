import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { CreateEnrolment, Enrolment } from '#contract/receiver.ts';
import { sha256Hex } from '#signing/canonical-json.ts';
import { formatEnrolmentString } from '#signing/enrolment-string.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { qrSvgOf } from '../lib/qr-svg.ts';
import { CODE_BYTES, formatCode, parseCode } from './enrolment-code-rules.ts';
import { insertEnrolment, saveOpenEnrolmentsExpired } from './enrolment-store.ts';
import type { ReceiverDeps } from './receiver-deps.ts';
import { findOccupant } from './receiver-store.ts';

const VALID_MS = 24 * 3_600_000;
const TRIES = 5;

type Deps = Pick<ReceiverDeps, 'db' | 'clock' | 'keyRing'>;
type Wanted = z.infer<typeof CreateEnrolment> & { address: string };

/** The code stands in the string alone: here only its hash is kept. An open code for the same cluster ends. */
export async function createEnrolment(deps: Deps, accountId: string, clusterId: string, wanted: Wanted): Promise<Enrolment> {
  const codeText = formatCode(randomBytes(CODE_BYTES));
  const code = parseCode(codeText);
  if (!code) throw new Error('a code that was just made must be readable');
  const nowMs = deps.clock.now();
  const now = instantOf(nowMs);
  const expiresAt = instantOf(nowMs + VALID_MS);
  const enrolmentId = randomUUID();
  const { kind, replacesCurrent } = wanted;
  await inTransaction(deps.db, async (db) => {
    const areaId = await findClusterArea(db, clusterId, now);
    if (areaId === undefined) throw new Problem('not-found', { kind: 'cluster', id: clusterId });
    const occupantId = await findOccupant(db, clusterId);
    if (occupantId !== undefined && !replacesCurrent) throw new Problem('cluster-occupied', { receiverId: occupantId });
    await saveOpenEnrolmentsExpired(db, clusterId, now);
    await insertEnrolment(db, {
      enrolmentId,
      codeName: code.name,
      codeHash: sha256Hex(Buffer.from(code.whole)),
      clusterId,
      kind,
      replacesCurrent,
      createdBy: accountId,
      createdAt: now,
      expiresAt,
      triesLeft: TRIES,
      usedAt: null,
      receiverId: null,
    });
    await recordAudit(db, {
      recordedAt: now,
      accountId,
      action: 'enrolment-created',
      subjectKind: 'cluster',
      subjectId: clusterId,
      areaId,
      detail: { enrolmentId, kind, replacesCurrent, expiresAt },
    });
  });
  const invitation = { address: wanted.address.replace(/\/+$/, ''), code: codeText, rootKey: deps.keyRing.rootKey };
  const enrolmentString = formatEnrolmentString(invitation);
  return { enrolmentId, clusterId, kind, enrolmentString, qrSvg: await qrSvgOf(enrolmentString), expiresAt };
}
