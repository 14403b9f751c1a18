import { z } from 'zod';
import { Id, Instant } from './primitives.ts';

export const Role = z.enum(['author', 'approver', 'duty-officer', 'technician', 'administrator', 'viewer']);
export type Role = z.infer<typeof Role>;

/** A role holds in one area and all below it. */
export const RoleGrant = z.object({ role: Role, areaId: Id });
export type RoleGrant = z.infer<typeof RoleGrant>;

export const Username = z.string().regex(/^[a-z0-9][a-z0-9._-]{2,39}$/);
/** Length is what resists guessing; the upper bound keeps argon2 from being fed megabytes. */
export const Password = z.string().min(12).max(200);

export const Account = z.object({
  accountId: Id,
  username: Username,
  displayName: z.string(),
  state: z.enum(['active', 'disabled']),
  grants: z.array(RoleGrant),
  lockedUntil: Instant.nullable(),
  hasSecondFactor: z.boolean(),
  createdAt: Instant,
});
export type Account = z.infer<typeof Account>;

/** Six digits of RFC 6238, each valid once; typed with a space in the middle by some. */
const SecondFactorCode = z
  .string()
  .max(20)
  .transform((text) => text.replace(/\s/g, ''));

/** `code` is asked for by `second-factor-required`; an account without a second factor needs none. */
export const SignIn = z.strictObject({
  username: z.string().max(80),
  password: z.string().max(200),
  code: SecondFactorCode.optional(),
});
export const BeginSecondFactor = z.strictObject({});
/** The secret leaves the server this once. It counts from the confirmation on. */
export const SecondFactorOffer = z.object({ otpauthUrl: z.string(), qrSvg: z.string(), secret: z.string() });
export type SecondFactorOffer = z.infer<typeof SecondFactorOffer>;
export const GiveSecondFactorCode = z.strictObject({ code: SecondFactorCode });
/** `csrfToken` goes into the `x-csrf-token` header of every request that changes something. */
export const Session = z.object({ account: Account, csrfToken: z.string(), expiresAt: Instant });
export type Session = z.infer<typeof Session>;

export const CreateAccount = z.strictObject({
  username: Username,
  displayName: z.string().trim().min(1).max(120),
  password: Password,
  grants: z.array(RoleGrant).max(50),
});
export const ChangeAccount = z.strictObject({
  displayName: z.string().trim().min(1).max(120).optional(),
  state: z.enum(['active', 'disabled']).optional(),
  password: Password.optional(),
  grants: z.array(RoleGrant).max(50).optional(),
  /** For who lost the telephone. One's own is taken away with a code instead. */
  clearSecondFactor: z.literal(true).optional(),
});
export const ChangePassword = z.strictObject({ currentPassword: z.string().max(200), newPassword: Password });

export const AuditEntry = z.object({
  sequence: z.int().min(1),
  recordedAt: Instant,
  accountId: Id.nullable(),
  action: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  areaId: Id.nullable(),
  detail: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
