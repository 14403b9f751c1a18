import { resolve } from 'node:path';
import { z } from 'zod';
import { QuietHours } from '#contract/order.ts';

const whole = (fallback: number, min: number, max: number) => z.coerce.number().int().min(min).max(max).default(fallback);
const minutesMs = 60_000;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // the constructor is the only judge of zones that Node has
  }
}

/**
 * Every setting with its safe default; the name of the variable is `TT_` + the key in upper snake case.
 * Nothing is unbounded: what limits a request, a file, a job or a list stands here.
 */
const Settings = z.object({
  port: whole(8080, 0, 65_535),
  host: z.string().default('0.0.0.0'),
  data: z.string().default('./data'),
  /** MQTT over plain TCP beside the WebSocket on the HTTP port; absent: WebSocket only. */
  mqttPort: z.coerce.number().int().min(0).max(65_535).optional(),
  /** What enrolment strings name when the technician gives no address. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
  redisUrl: z.url({ protocol: /^rediss?$/ }).optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  timeZone: z.string().refine(isTimeZone, 'must be a zone such as Asia/Ho_Chi_Minh').default('Asia/Ho_Chi_Minh'),
  /** `22:00-04:30,12:00-13:00`; empty for none. Only emergencies sound within. */
  quietHours: z
    .string()
    .default('22:00-04:30')
    .transform((text, context) => {
      const spans = text.split(',').map((span) => span.trim());
      const parsed = spans
        .filter(Boolean)
        .map((span) => QuietHours.safeParse({ from: span.split('-')[0], until: span.split('-')[1] }));
      if (parsed.every((result) => result.success)) return parsed.map((result) => result.data);
      context.addIssue({ code: 'custom', message: 'must look like 22:00-04:30,12:00-13:00' });
      return z.NEVER;
    }),
  volumePercentMax: whole(100, 0, 100),
  rootName: z.string().min(1).max(120).default('Tỉnh'),
  textCharactersMax: whole(20_000, 100, 100_000),
  uploadBytesMax: whole(200 * 1024 * 1024, 1024, 2 ** 40),
  audioMsMax: whole(60 * minutesMs, 1000, 240 * minutesMs),
  silentBelowLufs: z.coerce.number().min(-100).max(0).default(-50),
  programmeOrdersMax: whole(500, 1, 500),
  programmeDays: whole(14, 1, 30),
  airingDaysAheadMax: whole(366, 1, 3660),
  airingMsMax: whole(240 * minutesMs, 1000, 24 * 60 * minutesMs),
  /** How late a scheduled airing may still begin, and for how long an emergency order may be acted on after signing. */
  startWithinMs: whole(10 * minutesMs, 1000, 24 * 60 * minutesMs),
  /** An emergency stays in the programme this long unless it says otherwise. */
  emergencyValidMs: whole(60 * minutesMs, minutesMs, 24 * 60 * minutesMs),
  /** Unknown follows when a delivery's receipts are still missing this long after its end. */
  closeAfterMs: whole(5 * minutesMs, 1000, 24 * 60 * minutesMs),
  offlineAfterMs: whole(45_000, 1000, 60 * minutesMs),
  heldReceiptsMax: whole(2_000, 10, 100_000),
  /** How many proxies stand in front of us: that many addresses of `x-forwarded-for` are believed, from the right. */
  trustProxy: whole(0, 0, 10),
  requestsPerMinute: whole(1_200, 10, 1_000_000),
  signInsPerMinute: whole(20, 1, 10_000),
  sessionHours: whole(12, 1, 24 * 30),
  uploadsOpenMax: whole(20, 1, 1000),
});
export type Config = z.infer<typeof Settings>;

/** Name and default of each setting, for the documentation. */
export function describeSettings(): { variable: string; fallback: string | undefined }[] {
  const defaults = Settings.parse({}) as Record<string, unknown>;
  return Object.keys(Settings.shape).map((key) => ({ variable: variableOf(key), fallback: textOf(defaults[key]) }));
}

/**
 * The only reader of the environment. Flags win over it: `--port 8080 --data ./data`.
 * @throws an Error whose text says which setting is wrong and what it must look like.
 */
export function loadConfig(flags: readonly string[] = [], environment: Record<string, string | undefined> = process.env): Config {
  const given: Record<string, string> = {};
  for (const key of Object.keys(Settings.shape)) {
    const value = environment[variableOf(key)];
    if (value !== undefined) given[key] = value;
  }
  if (environment['REDIS_URL']) given['redisUrl'] ??= environment['REDIS_URL'];
  for (let index = 0; index < flags.length; index += 2) {
    const key = flags[index]?.replace(/^--/, '');
    const value = flags[index + 1];
    if ((key !== 'port' && key !== 'data') || value === undefined) {
      throw new Error(`unknown flag ${flags[index]}: --port NUMBER and --data FOLDER are known`);
    }
    given[key] = value;
  }
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the configuration is wrong: ${faults.join('; ')}`);
  }
  return { ...parsed.data, data: resolve(parsed.data.data) };
}

function variableOf(key: string): string {
  return `TT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(({ from, until }: QuietHours) => `${from}-${until}`).join(',');
  return String(value);
}
