/** What turns spoken-form text into a WAV file: a program here, a model file, or a vendor's service. */
export interface TtsEngine {
  /** Stands in the rendition, so that the record says whose voice it was. */
  readonly id: string;
  probe(): Promise<TtsPresence>;
  /** Rejects with `engine-missing`, `tts-failed`, `disk-full`, or an AbortError; then nothing stands at `outFile`. */
  synthesise(request: TtsRequest): Promise<Speech>;
}

export interface TtsVoice {
  id: string;
  name: string;
  /** A BCP 47 tag. */
  language: string;
}

export interface TtsPresence {
  isReady: boolean;
  version: string | null;
  voices: TtsVoice[];
  worksOffline: boolean;
  /** Why it is not ready, and what to do about it. */
  reason: string | null;
}

export interface TtsRequest {
  /** Already normalised: only words that can be spoken as they stand. */
  text: string;
  /** One of the engine's voices; without it the engine's default. */
  voice?: string | undefined;
  wordsPerMinute?: number | undefined;
  signal?: AbortSignal | undefined;
  outFile: string;
}

export interface Speech {
  file: string;
  sampleRate: number;
  durationMs: number;
  engine: string;
  engineVersion: string;
  voice: string;
  /** Sentences for the author, e.g. that another voice had to be taken. */
  warnings: string[];
}
