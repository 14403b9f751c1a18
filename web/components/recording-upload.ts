import type { DetailedError, Upload } from 'tus-js-client';
import { ProblemReply } from '#contract/problem.ts';
import { csrfHeaders } from '../api/api-client.ts';
import { ProblemError, UnreachableError } from '../api/problem-error.ts';

export type UploadState =
  | { phase: 'none' }
  | { phase: 'sending' | 'paused'; fileName: string; sentBytes: number; bytes: number }
  /** All is there; the server listens to it. */
  | { phase: 'judging'; fileName: string; bytes: number }
  | { phase: 'done'; fileName: string; uploadId: string }
  | { phase: 'failed'; fileName: string; error: unknown; canResume: boolean };

const ENDPOINT = '/api/tus';
/** A break of the connection costs at most this much; the server writes each part to disk before it answers. */
const PART_BYTES = 2 * 1024 * 1024;
const TRY_AGAIN_AFTER_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000];

/** One recording on its way to the server. It goes on where it stopped: after a pause, a break, and when the same file is chosen again later. */
export class RecordingUpload {
  readonly #watchers = new Set<() => void>();
  #state: UploadState = { phase: 'none' };
  #upload: Upload | undefined;

  readonly read = (): UploadState => this.#state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  async begin(file: File, areaId: string): Promise<void> {
    await this.stop();
    const { name: fileName, size: bytes } = file;
    this.#set({ phase: 'sending', fileName, sentBytes: 0, bytes });
    const tus = await import('tus-js-client');
    const upload = new tus.Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PART_BYTES,
      retryDelays: TRY_AGAIN_AFTER_MS,
      metadata: { filename: fileName, areaId },
      removeFingerprintOnSuccess: true,
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(csrfHeaders())) request.setHeader(name, value);
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status >= 500 || status === 423;
      },
      onProgress: (sentBytes) =>
        this.#set(sentBytes >= bytes ? { phase: 'judging', fileName, bytes } : { phase: 'sending', fileName, sentBytes, bytes }),
      onSuccess: () => this.#set({ phase: 'done', fileName, uploadId: upload.url?.split('/').at(-1) ?? '' }),
      onError: (error) => {
        const failure = failureOf(error);
        this.#set({ phase: 'failed', fileName, error: failure, canResume: failure instanceof UnreachableError });
      },
    });
    this.#upload = upload;
    const [earlier] = await upload.findPreviousUploads();
    if (earlier) upload.resumeFromPreviousUpload(earlier);
    upload.start();
  }

  async pause(): Promise<void> {
    if (this.#state.phase !== 'sending') return;
    this.#set({ ...this.#state, phase: 'paused' });
    await this.#upload?.abort();
  }

  resume(): void {
    if (this.#state.phase === 'paused') this.#set({ ...this.#state, phase: 'sending' });
    this.#upload?.start();
  }

  /** Nothing more is sent; what was sent stays at the server for a day, to go on from. */
  async stop(): Promise<void> {
    await this.#upload?.abort();
    this.#upload = undefined;
    this.#set({ phase: 'none' });
  }

  #set(state: UploadState): void {
    // What was still in the pipe when a pause was asked for.
    if (this.#state.phase === 'paused' && state.phase === 'sending' && state.sentBytes !== this.#state.sentBytes) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}

/** What the server said of it, in its own words; else nobody answered. */
function failureOf(error: Error | DetailedError): Error {
  const response = 'originalResponse' in error ? error.originalResponse : null;
  if (!response) return new UnreachableError({ cause: error });
  try {
    const reply = ProblemReply.safeParse(JSON.parse(response.getBody()));
    return reply.success ? new ProblemError(response.getStatus(), reply.data) : new UnreachableError({ cause: error });
  } catch (cause) {
    return new UnreachableError({ cause });
  }
}
