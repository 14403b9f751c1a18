import { pino } from 'pino';
import type { QueueLog } from '../../../server/queue/queue-log.ts';

export interface LogLine {
  level: number;
  msg: string;
  err?: { message: string };
}

/** A real log whose lines a test can read. */
export function recordingLog(): { log: QueueLog; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) });
  return { log, lines };
}
