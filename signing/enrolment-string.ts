import { canonicalBytes, sha256Hex } from './canonical-json.ts';

/** What a technician carries to the pole: where the server is, a one-use code, and the root key to pin. */
export interface EnrolmentInvitation {
  address: string;
  code: string;
  rootKey: string;
}

/** One line without blanks, also as QR: `tt1~ADDRESS~CODE~ROOTKEY~CHECK`. The check catches a slip before a try is spent. */
export function formatEnrolmentString(invitation: EnrolmentInvitation): string {
  const { code, rootKey } = invitation;
  // A tilde may stand in a path, but here it parts the fields; its escaped form means the same.
  const address = invitation.address.replaceAll('~', '%7E');
  return ['tt1', address, code, rootKey, checkOf({ address, code, rootKey })].join('~');
}

/** Undefined when the text is not an enrolment string or has been mistyped. */
export function parseEnrolmentString(text: string): EnrolmentInvitation | undefined {
  const [version, address, code, rootKey, check, ...rest] = text.trim().split('~');
  if (version !== 'tt1' || !address || !code || !rootKey || !check || rest.length > 0) return undefined;
  if (!/^https?:\/\/[^\s~]+$/.test(address) || !/^[A-Za-z0-9_-]{43}$/.test(rootKey)) return undefined;
  const invitation = { address, code, rootKey };
  return checkOf(invitation) === check ? invitation : undefined;
}

function checkOf(invitation: EnrolmentInvitation): string {
  return sha256Hex(canonicalBytes(invitation)).slice(0, 6);
}
