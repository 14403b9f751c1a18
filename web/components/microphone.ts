/** Why this page can't record; undefined where it can try. Browsers give the microphone to `https:` and to the machine itself only. */
export function recordingObstacle(): 'insecure' | 'unsupported' | undefined {
  if (!window.isSecureContext) return 'insecure';
  // Typed as always there; old browsers differ.
  const { mediaDevices } = navigator as { mediaDevices?: Partial<MediaDevices> };
  return mediaDevices?.getUserMedia && 'MediaRecorder' in window ? undefined : 'unsupported';
}

/** Why the browser did not give the microphone. */
export function microphoneFault(error: unknown): 'forbidden' | 'absent' | 'busy' {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'forbidden';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'absent' : 'busy';
}

/** What browsers record, the best first; the server reads all of them. */
const TYPES: readonly [type: string, ending: string][] = [
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/ogg;codecs=opus', 'ogg'],
  ['audio/mp4', 'm4a'],
];
const PART_MS = 1_000;
const BITS_PER_SECOND = 96_000;

interface Take {
  blob: Blob;
  ending: string;
}

/** The microphone while it is open. `stop` gives what was recorded; `close` lets go of it, whatever happened. */
export class Microphone {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #ending: string;
  readonly #parts: Blob[] = [];
  readonly #context = new AudioContext();
  readonly #analyser: AnalyserNode;

  private constructor(stream: MediaStream) {
    const [type, ending] = TYPES.find(([each]) => MediaRecorder.isTypeSupported(each)) ?? ['', 'webm'];
    this.#stream = stream;
    this.#ending = ending;
    this.#recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: BITS_PER_SECOND,
      ...(type === '' ? {} : { mimeType: type }),
    });
    this.#recorder.addEventListener('dataavailable', ({ data }) => void this.#parts.push(data));
    this.#analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  static async open(): Promise<Microphone> {
    const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: true };
    const microphone = new Microphone(await navigator.mediaDevices.getUserMedia({ audio }));
    microphone.#recorder.start(PART_MS);
    return microphone;
  }

  /** The loudest of the last moment, 0 to 100. */
  level(): number {
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
    return Math.min(100, Math.round(peak * 100));
  }

  async stop(): Promise<Take> {
    if (this.#recorder.state !== 'inactive') {
      const stopped = new Promise((resolve) => this.#recorder.addEventListener('stop', resolve, { once: true }));
      this.#recorder.stop();
      await stopped;
    }
    this.close();
    return { blob: new Blob(this.#parts, { type: this.#recorder.mimeType.split(';')[0] ?? '' }), ending: this.#ending };
  }

  close(): void {
    for (const track of this.#stream.getTracks()) track.stop();
    if (this.#context.state !== 'closed') void this.#context.close();
  }
}
