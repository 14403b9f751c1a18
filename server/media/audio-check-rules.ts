// When a recording is refused, from what was read and measured.
import type { ProblemCode, ProblemParams } from '#contract/problem.ts';
import { type Container, extensionOf, isNameOf } from './container-rules.ts';

export interface AudioLimits {
  audioMsMax: number;
  /** Below this integrated loudness nothing would be heard. */
  silentBelowLufs: number;
}

export interface Refusal {
  code: ProblemCode;
  params: ProblemParams;
}

/** Less than this part of the declared length decoded = cut off. */
const DECODED_SHARE_MIN = 0.98;

/** What the container says about its own length, read from its bytes. */
export interface DeclaredLength {
  /** Undefined where the format or this file does not tell. */
  declaredMs: number | undefined;
  /** The structure itself ends too early: sizes beyond the file's end, no end-of-stream page. */
  isCutOff: boolean;
}

export function checkName(fileName: string | undefined, container: Container): Refusal | undefined {
  if (fileName === undefined || isNameOf(fileName, container)) return undefined;
  return { code: 'audio-type-mismatch', params: { named: extensionOf(fileName), found: container } };
}

/** Before anything is decoded: a file that says it is too long is taken at its word. */
export function checkDeclared(declared: DeclaredLength, limits: AudioLimits): Refusal | undefined {
  if (declared.isCutOff || (declared.declaredMs ?? 0) <= limits.audioMsMax) return undefined;
  return { code: 'audio-too-long', params: { maxMs: limits.audioMsMax } };
}

export function checkDecoded(
  declared: DeclaredLength,
  decoded: { durationMs: number; loudnessLufs: number },
  limits: AudioLimits,
): Refusal | undefined {
  if (decoded.durationMs > limits.audioMsMax) return { code: 'audio-too-long', params: { maxMs: limits.audioMsMax } };
  const isShort = declared.declaredMs !== undefined && decoded.durationMs < DECODED_SHARE_MIN * declared.declaredMs;
  if (declared.isCutOff || isShort) return cutOff(decoded.durationMs, declared);
  if (decoded.durationMs === 0) return { code: 'audio-empty', params: {} };
  if (decoded.loudnessLufs < limits.silentBelowLufs) {
    return { code: 'audio-silent', params: { loudnessLufs: decoded.loudnessLufs, silentBelowLufs: limits.silentBelowLufs } };
  }
  return undefined;
}

export function cutOff(decodedMs: number, declared: DeclaredLength): Refusal {
  const params: ProblemParams = { decodedMs };
  if (declared.declaredMs !== undefined) params.declaredMs = declared.declaredMs;
  return { code: 'audio-truncated', params };
}
