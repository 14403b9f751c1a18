import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Clock, instantOf } from '../lib/clock.ts';

const VALID_MS = 60_000;
const HEAD_BYTES = 20;
const SEAL_BYTES = 16;

/**
 * Nonces for logins. A nonce carries its own end and a seal over it and the receiver, so nothing is stored until one is spent:
 * asking for nonces in a receiver's name can neither fill memory nor push out those it needs, and tells nothing about who exists.
 * The seal's key lives as long as the process: a restart voids open nonces, and receivers ask again.
 */
export class LoginNonces {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** Spent nonces until their end; only a right signature adds to it. */
  readonly #spent = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(receiverId: string): { nonce: string; serverTimeAt: string; expiresAt: string } {
    const nowMs = this.#clock.now();
    const head = Buffer.alloc(HEAD_BYTES);
    randomBytes(14).copy(head);
    head.writeUIntBE(nowMs + VALID_MS, 14, 6);
    const nonce = Buffer.concat([head, this.#seal(head, receiverId)]).toString('base64url');
    return { nonce, serverTimeAt: instantOf(nowMs), expiresAt: instantOf(nowMs + VALID_MS) };
  }

  /** Ours, for this receiver, not expired and not spent. */
  isGood(nonce: string, receiverId: string): boolean {
    const bytes = Buffer.from(nonce, 'base64url');
    // The text must be the one we wrote: another spelling of the same bytes would be spent separately.
    if (bytes.length !== HEAD_BYTES + SEAL_BYTES || bytes.toString('base64url') !== nonce) return false;
    const head = bytes.subarray(0, HEAD_BYTES);
    if (!timingSafeEqual(bytes.subarray(HEAD_BYTES), this.#seal(head, receiverId))) return false;
    return this.#clock.now() <= head.readUIntBE(14, 6) && !this.#spent.has(nonce);
  }

  /** To be called once the signature is found right, with no wait in between. @returns false when it is not good (any more). */
  spend(nonce: string, receiverId: string): boolean {
    if (!this.isGood(nonce, receiverId)) return false;
    const nowMs = this.#clock.now();
    for (const [spent, endsMs] of this.#spent) {
      if (endsMs >= nowMs) break; // in order of spending, and each is valid equally long
      this.#spent.delete(spent);
    }
    this.#spent.set(nonce, nowMs + VALID_MS);
    return true;
  }

  #seal(head: Uint8Array, receiverId: string): Buffer {
    return createHmac('sha256', this.#key).update(head).update(receiverId).digest().subarray(0, SEAL_BYTES);
  }
}
