// Owns DATA/uploads and what is found in it. Invariants:
// - an upload's row says whose it is and what was found; its file says how many bytes have come;
// - `finished` is written only after the whole file is on disk and was decoded once;
// - the file of a refused or discarded upload is gone.
import type { Configstore } from '@tus/file-store';
import { Upload as TusUpload } from '@tus/server';
import type { Upload } from '#contract/bulletin.ts';
import type { Db } from '../database/open-database.ts';
import { inTransaction } from '../database/open-database.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { MediaJob } from '../media/ffmpeg.ts';
import { type AudioLimits, inspectUpload } from './inspect-upload.ts';
import { UploadFiles } from './upload-files.ts';
import {
  countOpenUploads,
  discardUpload,
  findUpload,
  getUpload,
  insertUpload,
  listUnusedUploads,
  listUploadsIn,
  saveFinding,
  type StoredUpload,
} from './upload-store.ts';

const HOUR_MS = 3_600_000;
/** Without a further byte for this long, nobody will resume it. */
const ABANDONED_AFTER_MS = 24 * HOUR_MS;
/** A finished recording that no bulletin uses, or a whole one that could never be looked at. */
const UNUSED_KEPT_MS = 7 * 24 * HOUR_MS;

export interface UploadDeskOptions {
  db: Db;
  clock: Clock;
  /** DATA/uploads */
  folder: string;
  limits: AudioLimits & { uploadBytesMax: number; uploadsOpenMax: number };
  /** For looking at the finished file. */
  mediaJob: MediaJob;
  roomKeptBytes?: number;
}

export class UploadDesk {
  readonly limits: UploadDeskOptions['limits'];
  readonly files: UploadFiles;
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #mediaJob: MediaJob;
  readonly #closing = new AbortController();
  readonly #inspections = new Map<string, Promise<void>>();
  /** One recording is decoded at a time: the processor belongs to others too. */
  #lastInspection: Promise<unknown> = Promise.resolve();

  private constructor(options: UploadDeskOptions, files: UploadFiles) {
    this.limits = options.limits;
    this.files = files;
    this.#db = options.db;
    this.#clock = options.clock;
    this.#mediaJob = options.mediaJob;
  }

  /** Brings rows and files together again after a crash: a file without a row, or an open row without its file, is nothing. */
  static async open(options: UploadDeskOptions): Promise<UploadDesk> {
    const { db, clock } = options;
    const files = await UploadFiles.open(options.folder, rowsAsConfigstore(db, clock), options.roomKeptBytes);
    for (const uploadId of await files.list()) {
      const upload = await findUpload(db, uploadId);
      if (!upload || upload.state === 'refused') await files.erase(uploadId);
    }
    for (const { uploadId } of await listUploadsIn(db, 'open')) {
      if (!(await files.lengthOf(uploadId))) await discardUpload(db, uploadId, instantOf(clock.now()));
    }
    return new UploadDesk(options, files);
  }

  async find(uploadId: string): Promise<StoredUpload | undefined> {
    return findUpload(this.#db, uploadId);
  }

  async read(uploadId: string): Promise<Upload> {
    const upload = await getUpload(this.#db, uploadId);
    const { areaId, fileName, bytes, state, lengthDeclared, durationMs, problem } = upload;
    const received = (await this.files.lengthOf(uploadId))?.bytes;
    const receivedBytes = received ?? (state === 'refused' ? bytes : 0);
    return { uploadId, areaId, fileName, bytes, receivedBytes, state, lengthDeclared, durationMs, problem };
  }

  async begin(upload: Pick<StoredUpload, 'uploadId' | 'accountId' | 'areaId' | 'fileName' | 'bytes'>): Promise<void> {
    await this.files.checkRoom(upload.bytes);
    await inTransaction(this.#db, async (db) => {
      const max = this.limits.uploadsOpenMax;
      if ((await countOpenUploads(db, upload.accountId)) >= max) throw new Problem('too-many-requests', { uploadsOpenMax: max });
      await insertUpload(db, { ...upload, createdAt: instantOf(this.#clock.now()) });
    });
  }

  /** Looks at a whole recording and writes what was found; twice at once is done once. */
  inspect(uploadId: string): Promise<void> {
    const standing = this.#inspections.get(uploadId);
    if (standing) return standing;
    const inspection = this.#lastInspection.then(() => this.#inspect(uploadId)).finally(() => this.#inspections.delete(uploadId));
    this.#inspections.set(uploadId, inspection);
    this.#lastInspection = inspection.catch(() => undefined);
    return inspection;
  }

  /** Upkeep: looks at what came whole but was not looked at, and removes what nobody will resume or use. */
  async settle(): Promise<void> {
    const now = this.#clock.now();
    const errors: unknown[] = [];
    for (const upload of await listUploadsIn(this.#db, 'open')) {
      const held = await this.files.lengthOf(upload.uploadId);
      const isWhole = held?.bytes === upload.bytes;
      const keptMs = isWhole ? UNUSED_KEPT_MS : ABANDONED_AFTER_MS;
      const lastMs = Math.max(Date.parse(upload.createdAt), held?.changedAtMs ?? 0);
      if (now - lastMs > keptMs) await this.#discard(upload.uploadId);
      else if (isWhole) await this.inspect(upload.uploadId).catch((error: unknown) => errors.push(error));
    }
    for (const { uploadId } of await listUnusedUploads(this.#db, instantOf(now - UNUSED_KEPT_MS))) await this.#discard(uploadId);
    if (errors.length > 0) throw new AggregateError(errors, 'some uploads could not be looked at');
  }

  /** Stops looking; what was not finished is looked at after the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#lastInspection;
  }

  async #discard(uploadId: string): Promise<void> {
    // The row first: a file without a row is removed at the next start.
    await discardUpload(this.#db, uploadId, instantOf(this.#clock.now()));
    await this.files.erase(uploadId);
  }

  async #inspect(uploadId: string): Promise<void> {
    const upload = await findUpload(this.#db, uploadId);
    if (upload?.state !== 'open') return;
    const job = { ...this.#mediaJob, signal: this.#closing.signal };
    const finding = await inspectUpload(upload, this.files.pathOf(uploadId), this.limits, job);
    await saveFinding(this.#db, uploadId, finding, instantOf(this.#clock.now()));
    if (finding.state === 'refused') await this.files.erase(uploadId);
  }
}

/** The protocol's library keeps a description of each upload; ours is the row, so that there is one truth. */
function rowsAsConfigstore(db: Db, clock: Clock): Configstore {
  return {
    async get(uploadId) {
      const upload = await findUpload(db, uploadId);
      if (!upload) return undefined;
      const { bytes, createdAt, fileName, areaId } = upload;
      const metadata = { filename: fileName, areaId };
      return new TusUpload({ id: uploadId, size: bytes, offset: 0, metadata, creation_date: createdAt });
    },
    set: () => Promise.resolve(),
    delete: (uploadId) => discardUpload(db, uploadId, instantOf(clock.now())),
  };
}
