import { readFile } from 'node:fs/promises';
import { freemem, uptime } from 'node:os';
import type { Vitals } from '#contract/agent-link.ts';
import type { PlayerState } from '../audio/player.ts';
import type { AgentClock } from '../clock/agent-clock.ts';
import type { DurableFiles } from '../files/durable-files.ts';

const TEMPERATURE = '/sys/class/thermal/thermal_zone0/temp';

export interface VitalsParts {
  files: DurableFiles;
  clock: AgentClock;
  player: PlayerState;
  agentVersion: string;
  bootId: string;
  hardwareId: string;
  stockHours: number | null;
  linkRoundTripMs: number | null;
  receiptsWaiting: number;
}

/** Each value was measured just now, or it is null. */
export async function measureVitals(parts: VitalsParts): Promise<Vitals> {
  const { clock, player } = parts;
  const space = await parts.files.raw.space().catch(() => undefined); // null says that it could not be measured
  return {
    bootId: parts.bootId,
    agentVersion: parts.agentVersion,
    uptimeMs: Math.round(uptime() * 1_000),
    clockTrust: clock.trust,
    clockOffsetMs: clock.systemOffsetMs,
    clockErrorMs: clock.errorMs === null ? null : Math.round(clock.errorMs),
    diskFreeBytes: space?.freeBytes ?? null,
    diskTotalBytes: space?.totalBytes ?? null,
    memoryFreeBytes: await readAvailableMemory(),
    temperatureMilliCelsius: await readTemperature(),
    player: player.status === 'opening' ? 'closed' : player.status,
    playerRestarts: player.restartsCount,
    volumePercent: player.volumePercent === undefined ? null : Math.min(200, Math.max(0, Math.round(player.volumePercent))),
    isMuted: player.isMuted ?? null,
    stockHours: parts.stockHours,
    linkRoundTripMs: parts.linkRoundTripMs,
    receiptsWaiting: parts.receiptsWaiting,
    hardwareId: parts.hardwareId,
  };
}

/** What programs can still get; "free" alone counts the page cache as used. */
async function readAvailableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1_024;
}

/** Null on machines without such a sensor. */
async function readTemperature(): Promise<number | null> {
  const text = await readFile(TEMPERATURE, 'utf8').catch(() => '');
  const value = Number.parseInt(text, 10);
  return Number.isSafeInteger(value) ? value : null;
}
