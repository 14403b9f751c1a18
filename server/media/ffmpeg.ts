// The one file that knows fluent-ffmpeg and starts ffmpeg and ffprobe: plain file -> file jobs, measuring, reading streams.
// fluent-ffmpeg writes the command line; our own runner runs it, because fluent's runner throws outside any promise when
// the program can't be started, keeps program paths in a module variable, can't be aborted while it looks up capabilities,
// and reads the input with an unrestricted ffprobe as soon as progress is asked for.
import { resolve } from 'node:path';
import fluentFfmpeg from 'fluent-ffmpeg';
import { z } from 'zod';
import type { Container } from './container-rules.ts';
import { type MediaPrograms, installOf } from './probe-programs.ts';
import { type RunLimits, runProgram } from './run-program.ts';

export interface AudioInput {
  file: string;
  /** Forced on ffmpeg, so that neither a name nor a playlist inside the file chooses what is read. */
  container: Container;
}

export interface MediaJob extends RunLimits {
  programs: MediaPrograms;
}

export interface EncodeJob extends MediaJob {
  /** Length of the finished audio, for the percentages; without it none are reported. */
  expectedMs?: number | undefined;
  onPercent?: ((percent: number) => void) | undefined;
}

/** Integer instants within the decoded sound; both ends of the file count as silent when they lie below the threshold. */
export interface MeasuredAudio {
  /** Samples after decoding, at 48 kHz. */
  samples: number;
  durationMs: number;
  /** −70 where nothing reaches the gate of EBU R128. */
  loudnessLufs: number;
  truePeakDbtp: number;
  leadingSilenceMs: number;
  trailingSilenceMs: number;
}

const MEASURE_RATE = 48_000;

const DEMUXERS: Record<Container, string> = {
  wav: 'wav',
  mp3: 'mp3',
  ogg: 'ogg',
  mp4: 'mov',
  aac: 'aac',
  flac: 'flac',
  webm: 'matroska',
};

function inputOptions(input: AudioInput): string[] {
  const demuxer = DEMUXERS[input.container];
  return ['-protocol_whitelist', 'file,pipe', '-format_whitelist', demuxer, '-f', demuxer];
}

const ProbeReply = z.object({
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        sample_rate: z.coerce.number().optional(),
        channels: z.number().optional(),
        duration: z.coerce.number().optional(),
      }),
    )
    .default([]),
  format: z.object({ duration: z.coerce.number().optional() }).default({}),
});

export interface ProbedAudio {
  codec: string;
  sampleRate: number;
  channels: number;
  /** As ffprobe says; for some containers a guess from the bit rate. */
  containerMs: number | null;
}

/** The first audio stream, or undefined where there is none. */
export async function probeAudioStream(input: AudioInput, job: MediaJob): Promise<ProbedAudio | undefined> {
  const entries = 'stream=codec_type,codec_name,sample_rate,channels,duration:format=duration';
  const args = [
    '-hide_banner',
    '-v',
    'error',
    ...inputOptions(input),
    '-show_entries',
    entries,
    '-of',
    'json',
    resolve(input.file),
  ];
  const run = { ...limitsOf(job), program: job.programs.ffprobe, install: installOf.ffprobe, args };
  const reply = ProbeReply.parse(JSON.parse((await runProgram(run)).stdout));
  const audio = reply.streams.find((stream) => stream.codec_type === 'audio');
  if (!audio?.codec_name || !audio.sample_rate || !audio.channels) return undefined;
  const seconds = reply.format.duration ?? audio.duration;
  return {
    codec: audio.codec_name,
    sampleRate: audio.sample_rate,
    channels: audio.channels,
    containerMs: seconds === undefined ? null : Math.round(seconds * 1000),
  };
}

export interface MeasureRequest {
  filters: string[];
  /** Peaks below it for 0.4 s count as silence. */
  silenceDbfs?: number;
  /** Reads no further than this; guards against a small file that decodes to days. */
  readAtMostMs?: number;
}

/** Decodes to nothing and measures what the filters let through, as mono at 48 kHz. */
export async function measureAudio(input: AudioInput, request: MeasureRequest, job: EncodeJob): Promise<MeasuredAudio> {
  const findings = new Findings();
  const filters = [
    ...request.filters,
    `aresample=${MEASURE_RATE},aformat=channel_layouts=mono`,
    ...(request.silenceDbfs === undefined ? [] : [`silencedetect=n=${request.silenceDbfs}dB:d=0.4`]),
    'astats=measure_perchannel=none:measure_overall=Number_of_samples',
    'apad=whole_dur=1', // R128 needs 400 ms; a shorter clip is judged within a second of its own
    'ebur128=peak=true:framelog=verbose', // verbose = below our log level: no line for every 100 ms
  ];
  const args = [
    ...globalOptions,
    ...inputOptions(input),
    '-i',
    resolve(input.file),
    ...firstAudioOnly,
    ...(request.readAtMostMs === undefined ? [] : ['-t', String(request.readAtMostMs / 1000)]),
    '-filter:a',
    filters.join(','),
    '-f',
    'null',
    '-',
  ];
  const onTime = percentReporter(job);
  await runFfmpeg(args, job, (line) => {
    findings.take(line);
    onTime(line);
  });
  return findings.result();
}

const globalOptions = ['-nostdin', '-hide_banner', '-v', 'info', '-stats', '-stats_period', '0.1', '-threads', '1'];
const firstAudioOnly = ['-map', '0:a:0', '-vn', '-sn', '-dn'];
// No tags of the source, and no random stream number: the same sound gives the same bytes.
const reproducible = ['-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact'];

const encoders = {
  opus: [
    '-c:a',
    'libopus',
    '-b:a',
    '24k',
    '-ar',
    '48000',
    '-ac',
    '1',
    '-frame_duration',
    '40',
    '-application',
    'audio',
    '-f',
    'ogg',
  ],
  mp3: ['-c:a', 'libmp3lame', '-b:a', '48k', '-ar', '24000', '-ac', '1', '-f', 'mp3'],
};
export type RenditionCodec = keyof typeof encoders;

/** Encodes through the filters. What stands at `outFile` after a failure is for the caller to remove. */
export async function encodeAudio(
  codec: RenditionCodec,
  input: AudioInput,
  outFile: string,
  filters: string[],
  job: EncodeJob,
): Promise<void> {
  const command = fluentFfmpeg({ source: resolve(input.file) })
    .inputOptions(inputOptions(input))
    .audioFilters(filters)
    .outputOptions([...firstAudioOnly, ...reproducible, ...encoders[codec]])
    .output(resolve(outFile));
  const args = (command as unknown as { _getArguments(): string[] })._getArguments();
  await runFfmpeg([...globalOptions, ...args], job, percentReporter(job));
}

function limitsOf(job: MediaJob): RunLimits {
  return { signal: job.signal, timeLimitMs: job.timeLimitMs, niceness: job.niceness ?? 10 };
}

async function runFfmpeg(args: string[], job: MediaJob, onLine: (line: string) => void): Promise<void> {
  await runProgram({ ...limitsOf(job), program: job.programs.ffmpeg, install: installOf.ffmpeg, args, onLine });
}

function percentReporter(job: EncodeJob): (line: string) => void {
  const { expectedMs, onPercent } = job;
  if (!expectedMs || !onPercent) return () => undefined;
  let highest = -1;
  return (line) => {
    const time = /^size=.*time=(\d+):(\d\d):(\d\d)\.(\d+)/.exec(line);
    if (!time) return;
    const seconds = Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(`${time[3]}.${time[4]}`);
    const percent = Math.min(100, Math.floor((seconds * 100_000) / expectedMs));
    if (percent > highest) onPercent((highest = percent));
  };
}

/** Gathers figures from the lines that the measuring filters write at the end. Source tags are indented with no filter's name. */
class Findings {
  #samples = 0;
  #loudnessLufs = -70;
  #truePeakDbtp = Number.NEGATIVE_INFINITY;
  #firstSilence: { startS: number; endS: number | undefined } | undefined;
  #lastSilence: { startS: number; endS: number | undefined } | undefined;
  #isSummary = false;

  take(line: string): void {
    const silence = /^\[silencedetect @ .*\] silence_(start|end): (-?[\d.]+)/.exec(line);
    if (silence) return this.#takeSilence(silence[1] as 'start' | 'end', Math.max(0, Number(silence[2])));
    const samples = /^\[Parsed_astats_\d+ @ .*\] Number of samples: (\d+)/.exec(line);
    if (samples) this.#samples = Number(samples[1]);
    if (/^\[Parsed_ebur128_\d+ @ .*\] Summary:/.test(line)) this.#isSummary = true;
    if (!this.#isSummary) return;
    const loudness = /^\s+I:\s+(-?[\d.]+|-?inf|nan) LUFS/.exec(line);
    if (loudness) this.#loudnessLufs = Math.max(-70, finiteOr(Number(loudness[1]), -70));
    const peak = /^\s+Peak:\s+(-?[\d.]+|-?inf) dBFS/.exec(line);
    if (peak) this.#truePeakDbtp = finiteOr(Number(peak[1]), Number.NEGATIVE_INFINITY);
  }

  #takeSilence(edge: 'start' | 'end', second: number): void {
    if (edge === 'start') {
      this.#lastSilence = { startS: second, endS: undefined };
      this.#firstSilence ??= this.#lastSilence;
    } else if (this.#lastSilence) this.#lastSilence.endS = second;
  }

  result(): MeasuredAudio {
    const durationMs = Math.round((this.#samples * 1000) / MEASURE_RATE);
    const first = this.#firstSilence;
    const last = this.#lastSilence;
    const edgeMs = 20;
    const leading = first && first.startS * 1000 <= edgeMs ? (first.endS ?? durationMs / 1000) * 1000 : 0;
    const isAtEnd = last && (last.endS === undefined || last.endS * 1000 >= durationMs - edgeMs);
    const trailing = isAtEnd ? durationMs - last.startS * 1000 : 0;
    return {
      samples: this.#samples,
      durationMs,
      loudnessLufs: this.#loudnessLufs,
      truePeakDbtp: Math.max(-120, this.#truePeakDbtp),
      leadingSilenceMs: Math.round(Math.min(durationMs, leading)),
      trailingSilenceMs: Math.round(Math.max(0, Math.min(durationMs, trailing))),
    };
  }
}

function finiteOr(value: number, otherwise: number): number {
  return Number.isFinite(value) ? value : otherwise;
}
