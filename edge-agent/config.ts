import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The only reader of the environment, and the only place where the agent learns what machine it stands on. */

export const AGENT_VERSION = '0.1.0';

/** Nothing is unbounded. Each limit says what happens at it where it is used. */
export const limits = {
  /** Receipts that wait for the server; about 700 bytes each. */
  receiptsWaitingMax: 20_000,
  /** Acknowledged receipts that stay on disk before the file is made shorter. */
  receiptsKeptMax: 500,
  receiptsBatchMax: 100,
  receiptsAnswerMaxMs: 20_000,
  spaceReserveBytes: 1_048_576,
  /** Free space that media never take. */
  diskFreeMinBytes: 16 * 1_048_576,
  mediaBytesMax: 200 * 1_048_576,
  downloadsAtOnceMax: 2,
  alteredTriesMax: 3,
  /** A download that brings nothing for so long is broken off and resumed later. */
  downloadIdleMaxMs: 30_000,
  requestMaxMs: 20_000,
  replyBytesMax: 16 * 1_048_576,
  backOffMinMs: 1_000,
  backOffMaxMs: 300_000,
  heartbeatEveryMs: 30_000,
  programmePollEveryMs: 180_000,
  timeExchangeEveryMs: 600_000,
  timeExchangesAtOnce: 5,
  /** Loaded this long before it is due, when nothing else sounds. */
  armAheadMs: 15_000,
  checkpointEveryMs: 4_000,
  /** A second copy of a push within this time is the link's own doing; later it is a replay. */
  replayToleranceMs: 60_000,
  playerRetriesMax: 5,
  /** Orders remembered after their end. */
  historiesMax: 5_000,
  lookNowJitterMs: 1_500,
};
export type Limits = typeof limits;

const Environment = z.object({
  TT_AGENT_DATA: z.string().min(1).default('/var/lib/truyen-thanh-agent'),
  TT_AGENT_AUDIO_OUTPUT: z.string().min(1).max(200).default('alsa'),
  TT_AGENT_PLAYER: z.enum(['mpv', 'mpg123']).default('mpv'),
  TT_AGENT_BATTERY_CLOCK: z.enum(['yes', 'no', '1', '0', 'true', 'false']).default('no'),
  TT_AGENT_MQTT_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, 'begins with mqtt://, mqtts://, ws:// or wss://')
    .max(300)
    .optional(),
  TT_AGENT_HARDWARE_ID: z.string().min(1).max(128).optional(),
  TT_AGENT_HEARTBEAT_EVERY_MS: z.coerce.number().int().min(200).max(600_000).optional(),
  TT_AGENT_PROGRAMME_POLL_EVERY_MS: z.coerce.number().int().min(200).max(3_600_000).optional(),
  TT_AGENT_LOOK_NOW_JITTER_MS: z.coerce.number().int().min(0).max(60_000).optional(),
  TT_AGENT_ARM_AHEAD_MS: z.coerce.number().int().min(1_000).max(120_000).optional(),
  TT_AGENT_BACK_OFF_MAX_MS: z.coerce.number().int().min(1_000).max(300_000).optional(),
});

export interface AgentConfig {
  dataFolder: string;
  audioOutput: string;
  player: 'mpv' | 'mpg123';
  hasBatteryClock: boolean;
  /** Instead of the address that the server gives. */
  mqttUrl: string | undefined;
  hardwareId: string;
  bootId: string;
  agentVersion: string;
  limits: Limits;
}

/** @throws an Error that names the variable and what is wrong with it. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): AgentConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment is not usable: ${faults.join('; ')}`);
  }
  const values = parsed.data;
  const chosen: Partial<Limits> = {
    heartbeatEveryMs: values.TT_AGENT_HEARTBEAT_EVERY_MS,
    programmePollEveryMs: values.TT_AGENT_PROGRAMME_POLL_EVERY_MS,
    lookNowJitterMs: values.TT_AGENT_LOOK_NOW_JITTER_MS,
    armAheadMs: values.TT_AGENT_ARM_AHEAD_MS,
    backOffMaxMs: values.TT_AGENT_BACK_OFF_MAX_MS,
  };
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return {
    dataFolder: values.TT_AGENT_DATA,
    audioOutput: values.TT_AGENT_AUDIO_OUTPUT,
    player: values.TT_AGENT_PLAYER,
    hasBatteryClock: ['yes', '1', 'true'].includes(values.TT_AGENT_BATTERY_CLOCK),
    mqttUrl: values.TT_AGENT_MQTT_URL,
    hardwareId: values.TT_AGENT_HARDWARE_ID ?? readHardwareId(),
    bootId: readLine('/proc/sys/kernel/random/boot_id') ?? `process-${process.pid}`,
    agentVersion: AGENT_VERSION,
    limits: { ...limits, ...given },
  };
}

/** What systemd tells a unit with `Type=notify` and `WatchdogSec`. */
export function readSystemdEnvironment(environment: NodeJS.ProcessEnv = process.env): {
  notifySocket: string | undefined;
  watchdogMs: number;
} {
  const microseconds = z.coerce.number().int().positive().catch(30_000_000).parse(environment.WATCHDOG_USEC);
  return { notifySocket: environment.NOTIFY_SOCKET, watchdogMs: microseconds / 1_000 };
}

/** A board's serial number outlives a swapped card, a copied card does not carry it along; so it comes before the machine id. */
function readHardwareId(): string {
  const serial = /^Serial\s*:\s*([0-9a-f]+)$/im.exec(readLine('/proc/cpuinfo', true) ?? '')?.[1];
  if (serial && !/^0+$/.test(serial)) return `cpu-${serial}`;
  return `machine-${readLine('/etc/machine-id') ?? 'unknown'}`;
}

function readLine(path: string, whole = false): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return whole ? text : text.trim() || undefined;
  } catch {
    return undefined; // absent on this machine: the caller has another way
  }
}
