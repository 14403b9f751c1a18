// A process of its own that takes receipts from standard input and answers on standard output, to be killed at any moment:
// `node --import tsx run-intake.ts DATA`; a line in is [receiverId, receipts], a line out is [receiverId, answer].
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { openDatabase } from '../../../server/database/open-database.ts';
import type { DispatchDeps } from '../../../server/dispatch/dispatch-deps.ts';
import { ReceiptIntake } from '../../../server/dispatch/receipt-intake.ts';
import { systemClock } from '../../../server/lib/clock.ts';
import { Receipt } from '#contract/receipt.ts';

const db = await openDatabase(process.argv[2] ?? '');
const answer = async (...parts: unknown[]) => void process.stdout.write(`${JSON.stringify(parts)}\n`);
const notAsked = () => Promise.reject(new Error('this is not asked of an intake'));
const deps = {
  db,
  clock: systemClock,
  logger: pino({ level: 'silent' }),
  limits: { startWithinMs: 0, programmeDays: 14, programmeOrdersMax: 500, closeAfterMs: 0, heldReceiptsMax: 1000 },
  link: { sendDown: answer, sendEmergency: notAsked },
  publish: () => undefined,
  lookNow: notAsked,
  quarantine: notAsked,
} as unknown as DispatchDeps;
const intake = new ReceiptIntake(deps);
process.stdout.write('["ready"]\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [receiverId, receipts] = JSON.parse(line) as [string, unknown[]];
  intake.submit(
    receiverId,
    receipts.map((receipt) => Receipt.parse(receipt)),
  );
}
