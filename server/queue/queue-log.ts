import type { Logger } from 'pino';

export type QueueLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
