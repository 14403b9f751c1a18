/** At that instant a login came from other hardware than the login before. */
export interface HardwareSighting {
  hardwareId: string;
  at: string;
}

/**
 * A card that moves to a new board is seen once on the old and from then on on the new one. Back on a board that it had left
 * less than this ago, it is taken for two cards with one identity.
 */
const RETURN_MS = 30 * 60_000;

/** `sightings`: changes in order of time, the newest last. */
export function isCloned(sightings: readonly HardwareSighting[]): boolean {
  return sightings.some((back, index) => {
    const left = sightings[index - 1];
    const before = sightings.slice(0, Math.max(0, index - 1));
    if (!left || left.hardwareId === back.hardwareId) return false;
    const isReturn = before.some(({ hardwareId }) => hardwareId === back.hardwareId);
    return isReturn && Date.parse(back.at) - Date.parse(left.at) < RETURN_MS;
  });
}
