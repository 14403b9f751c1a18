import { z } from 'zod';
import {
  Account,
  AuditEntry,
  BeginSecondFactor,
  ChangeAccount,
  ChangePassword,
  CreateAccount,
  GiveSecondFactorCode,
  type Role,
  SecondFactorOffer,
  Session,
  SignIn,
} from './account.ts';
import { Airing, Coverage, Delivery, MoveAiring, ScheduleAiring } from './airing.ts';
import {
  Area,
  ChangeArea,
  ChangeCluster,
  Cluster,
  CreateArea,
  CreateCluster,
  CreateDictionaryEntry,
  DictionaryEntry,
} from './area.ts';
import {
  ApproveBulletin,
  AtRevision,
  Bulletin,
  BulletinRevision,
  ComposeBulletin,
  EditBulletin,
  Listening,
  NormalisedText,
  NormaliseText,
  NoteListening,
  RejectBulletin,
  Upload,
} from './bulletin.ts';
import { Enrolled, EnrolRequest, LoggedIn, LoginRequest, Nonce, NonceRequest } from './enrolment.ts';
import { SignedKeySet, SignedServerTime } from './key-set.ts';
import { Id, Instant, Sha256 } from './primitives.ts';
import {
  CreateEnrolment,
  Enrolment,
  Installation,
  MoveReceiver,
  PresenceEntry,
  Receiver,
  RevokeReceiver,
  VitalsSample,
} from './receiver.ts';
import { DayAiring, Notice, PreviewTargets, ReceiverDelivery, TargetsPreview } from './report.ts';

/**
 * Who may call. `branch` names the thing whose area must lie within a grant of one of the roles:
 * `body.areaId`, `query.areaId`, or the id in the path of an area, cluster, receiver, bulletin, airing or account.
 * `any` asks only for the role somewhere; the reply is then cut to the caller's branches.
 */
export type BranchKey =
  'body.areaId' | 'query.areaId' | 'area' | 'cluster' | 'receiver' | 'bulletin' | 'airing' | 'upload' | 'entry' | 'any';
export type Access =
  { kind: 'public' } | { kind: 'session' } | { kind: 'receiver' } | { kind: 'role'; roles: readonly Role[]; branch: BranchKey };

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  access: Access;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Absent: the reply is not JSON (a file, a stream) or empty. */
  reply?: z.ZodType;
  summary: string;
}

const open = { kind: 'public' } as const;
const signedIn = { kind: 'session' } as const;
const receiver = { kind: 'receiver' } as const;
const allow = (branch: BranchKey, ...roles: Role[]) => ({ kind: 'role' as const, roles, branch });
const everyone: Role[] = ['author', 'approver', 'duty-officer', 'technician', 'administrator', 'viewer'];

const areaParams = z.object({ areaId: Id });
const clusterParams = z.object({ clusterId: Id });
const receiverParams = z.object({ receiverId: Id });
const bulletinParams = z.object({ bulletinId: Id });
const airingParams = z.object({ airingId: Id });
const page = { after: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };
const list = <T extends z.ZodType>(entry: T) => z.object({ entries: z.array(entry), next: z.string().nullable() });

/** The one table of the HTTP interface: a route outside it can't exist, and one without a handler stops the server at start. */
export const endpoints = {
  // accounts
  signIn: {
    method: 'POST',
    path: '/api/session',
    access: open,
    body: SignIn,
    reply: Session,
    summary: 'Sign in; sets the session cookie.',
  },
  readSession: { method: 'GET', path: '/api/session', access: signedIn, reply: Session, summary: 'Who am I.' },
  signOut: { method: 'DELETE', path: '/api/session', access: signedIn, summary: 'Sign out.' },
  changePassword: {
    method: 'PUT',
    path: '/api/session/password',
    access: signedIn,
    body: ChangePassword,
    summary: 'Change my password; ends my other sessions.',
  },
  beginSecondFactor: {
    method: 'POST',
    path: '/api/session/second-factor',
    access: signedIn,
    body: BeginSecondFactor,
    reply: SecondFactorOffer,
    summary: 'Make a secret for my authenticator; nothing changes until it is confirmed.',
  },
  confirmSecondFactor: {
    method: 'PUT',
    path: '/api/session/second-factor',
    access: signedIn,
    body: GiveSecondFactorCode,
    reply: Session,
    summary: 'From now on my sign-ins ask for a code; ends my other sessions.',
  },
  removeSecondFactor: {
    method: 'DELETE',
    path: '/api/session/second-factor',
    access: signedIn,
    body: GiveSecondFactorCode,
    summary: 'Take my second factor away, against one of its codes.',
  },
  listAccounts: {
    method: 'GET',
    path: '/api/accounts',
    access: allow('any', 'administrator'),
    query: z.object(page),
    reply: list(Account),
    summary: 'Accounts with a grant in my branches.',
  },
  createAccount: {
    method: 'POST',
    path: '/api/accounts',
    access: allow('any', 'administrator'),
    body: CreateAccount,
    reply: Account,
    summary: 'Create an account; each grant must lie in my branches.',
  },
  changeAccount: {
    method: 'PATCH',
    path: '/api/accounts/:accountId',
    access: allow('any', 'administrator'),
    params: z.object({ accountId: Id }),
    body: ChangeAccount,
    reply: Account,
    summary: 'Change name, state, password or grants, or clear the second factor.',
  },
  listAudit: {
    method: 'GET',
    path: '/api/audit',
    access: allow('any', 'administrator'),
    query: z.object({ ...page, subjectId: z.string().max(80).optional(), action: z.string().max(80).optional() }),
    reply: list(AuditEntry),
    summary: 'The audit trail of my branches, newest first.',
  },
  // areas
  listAreas: {
    method: 'GET',
    path: '/api/areas',
    access: signedIn,
    query: z.object({ at: Instant.optional() }),
    reply: z.object({ entries: z.array(Area) }),
    summary: 'The tree of my branches as it is, or was at an instant.',
  },
  createArea: {
    method: 'POST',
    path: '/api/areas',
    access: allow('any', 'administrator'),
    body: CreateArea,
    reply: Area,
    summary: 'Add an area below one of mine.',
  },
  changeArea: {
    method: 'PATCH',
    path: '/api/areas/:areaId',
    access: allow('area', 'administrator'),
    params: areaParams,
    body: ChangeArea,
    reply: Area,
    summary: 'Rename, move or close an area; history stays.',
  },
  listDictionary: {
    method: 'GET',
    path: '/api/areas/:areaId/dictionary',
    access: allow('area', ...everyone),
    params: areaParams,
    reply: z.object({ entries: z.array(DictionaryEntry) }),
    summary: 'What is said in this area, ancestors included, nearest first.',
  },
  createDictionaryEntry: {
    method: 'POST',
    path: '/api/areas/:areaId/dictionary',
    access: allow('area', 'author', 'administrator'),
    params: areaParams,
    body: CreateDictionaryEntry,
    reply: DictionaryEntry,
    summary: 'Add a word to the dictionary of an area.',
  },
  deleteDictionaryEntry: {
    method: 'DELETE',
    path: '/api/dictionary/:entryId',
    access: allow('entry', 'author', 'administrator'),
    params: z.object({ entryId: Id }),
    summary: 'Take a word out.',
  },
  listClusters: {
    method: 'GET',
    path: '/api/clusters',
    access: allow('query.areaId', ...everyone),
    query: z.object({ areaId: Id }),
    reply: z.object({ entries: z.array(Cluster) }),
    summary: 'Clusters in an area and below.',
  },
  createCluster: {
    method: 'POST',
    path: '/api/clusters',
    access: allow('body.areaId', 'technician', 'administrator'),
    body: CreateCluster,
    reply: Cluster,
    summary: 'Add a cluster.',
  },
  changeCluster: {
    method: 'PATCH',
    path: '/api/clusters/:clusterId',
    access: allow('cluster', 'technician', 'administrator'),
    params: clusterParams,
    body: ChangeCluster,
    reply: Cluster,
    summary: 'Rename a cluster or move it to another area.',
  },
  // receivers, for people
  createEnrolment: {
    method: 'POST',
    path: '/api/clusters/:clusterId/enrolments',
    access: allow('cluster', 'technician', 'administrator'),
    params: clusterParams,
    body: CreateEnrolment,
    reply: Enrolment,
    summary: 'Make an enrolment string: one use, 24 hours, five tries.',
  },
  listReceivers: {
    method: 'GET',
    path: '/api/receivers',
    access: allow('query.areaId', ...everyone),
    query: z.object({ areaId: Id }),
    reply: z.object({ entries: z.array(Receiver) }),
    summary: 'Receivers in an area and below.',
  },
  readReceiver: {
    method: 'GET',
    path: '/api/receivers/:receiverId',
    access: allow('receiver', ...everyone),
    params: receiverParams,
    reply: z.object({ receiver: Receiver, installations: z.array(Installation) }),
    summary: 'One receiver with its installations.',
  },
  listVitals: {
    method: 'GET',
    path: '/api/receivers/:receiverId/vitals',
    access: allow('receiver', ...everyone),
    params: receiverParams,
    query: z.object({ from: Instant.optional() }),
    reply: z.object({ entries: z.array(VitalsSample) }),
    summary: 'What it measured, one sample each ten minutes at most, 35 days back, oldest first.',
  },
  listPresence: {
    method: 'GET',
    path: '/api/receivers/:receiverId/presence',
    access: allow('receiver', ...everyone),
    params: receiverParams,
    reply: z.object({ entries: z.array(PresenceEntry) }),
    summary: 'When it came and went, the newest 200, newest first.',
  },
  listReceiverDeliveries: {
    method: 'GET',
    path: '/api/receivers/:receiverId/deliveries',
    access: allow('receiver', ...everyone),
    params: receiverParams,
    query: z.object(page),
    reply: list(ReceiverDelivery),
    summary: 'Its deliveries, by start of the airing, newest first.',
  },
  revokeReceiver: {
    method: 'POST',
    path: '/api/receivers/:receiverId/revocation',
    access: allow('receiver', 'technician', 'administrator'),
    params: receiverParams,
    body: RevokeReceiver,
    reply: Receiver,
    summary: 'Take away its login, link and orders at once.',
  },
  moveReceiver: {
    method: 'POST',
    path: '/api/receivers/:receiverId/installation',
    access: allow('receiver', 'technician', 'administrator'),
    params: receiverParams,
    body: MoveReceiver,
    reply: Receiver,
    summary: 'Install it at another, free cluster.',
  },
  // bulletins
  normaliseText: {
    method: 'POST',
    path: '/api/spoken-text',
    access: allow('body.areaId', 'author', 'approver', 'duty-officer'),
    body: NormaliseText,
    reply: NormalisedText,
    summary: 'What would be said, and which words the rules do not know.',
  },
  listBulletins: {
    method: 'GET',
    path: '/api/bulletins',
    access: allow('query.areaId', ...everyone),
    query: z.object({ areaId: Id, state: z.string().max(20).optional(), ...page }),
    reply: list(Bulletin),
    summary: 'Bulletins of an area and below, newest first.',
  },
  composeBulletin: {
    method: 'POST',
    path: '/api/bulletins',
    access: allow('body.areaId', 'author', 'duty-officer'),
    body: ComposeBulletin,
    reply: Bulletin,
    summary: 'Start a draft.',
  },
  readBulletin: {
    method: 'GET',
    path: '/api/bulletins/:bulletinId',
    access: allow('bulletin', ...everyone),
    params: bulletinParams,
    reply: Bulletin,
    summary: 'One bulletin at its current revision.',
  },
  editBulletin: {
    method: 'PUT',
    path: '/api/bulletins/:bulletinId',
    access: allow('bulletin', 'author', 'duty-officer'),
    params: bulletinParams,
    body: EditBulletin,
    reply: Bulletin,
    summary: 'Edit; a frozen revision opens the next one as a draft.',
  },
  previewBulletin: {
    method: 'POST',
    path: '/api/bulletins/:bulletinId/preview',
    access: allow('bulletin', 'author', 'duty-officer'),
    params: bulletinParams,
    body: AtRevision,
    reply: Bulletin,
    summary: 'Render the draft; freezes the revision so that what is heard is what is submitted.',
  },
  cancelRendering: {
    method: 'DELETE',
    path: '/api/bulletins/:bulletinId/rendering',
    access: allow('bulletin', 'author', 'duty-officer'),
    params: bulletinParams,
    reply: Bulletin,
    summary: 'Stop the rendering under way.',
  },
  submitBulletin: {
    method: 'POST',
    path: '/api/bulletins/:bulletinId/submission',
    access: allow('bulletin', 'author', 'duty-officer'),
    params: bulletinParams,
    body: AtRevision,
    reply: Bulletin,
    summary: 'Hand over for approval; renders when not rendered yet.',
  },
  approveBulletin: {
    method: 'POST',
    path: '/api/bulletins/:bulletinId/approval',
    access: allow('bulletin', 'approver'),
    params: bulletinParams,
    body: ApproveBulletin,
    reply: Bulletin,
    summary: 'Approve one revision and the very audio of it; never its author.',
  },
  rejectBulletin: {
    method: 'POST',
    path: '/api/bulletins/:bulletinId/rejection',
    access: allow('bulletin', 'approver'),
    params: bulletinParams,
    body: RejectBulletin,
    reply: Bulletin,
    summary: 'Reject with a reason.',
  },
  readRendition: {
    method: 'GET',
    path: '/api/bulletins/:bulletinId/audio/:sha256',
    access: allow('bulletin', ...everyone),
    params: bulletinParams.extend({ sha256: Sha256 }),
    summary: 'The finished audio, with ranges.',
  },
  listRevisions: {
    method: 'GET',
    path: '/api/bulletins/:bulletinId/revisions',
    access: allow('bulletin', ...everyone),
    params: bulletinParams,
    reply: z.object({ entries: z.array(BulletinRevision) }),
    summary: 'Each revision with its text and what was decided on it, newest first.',
  },
  noteListening: {
    method: 'POST',
    path: '/api/bulletins/:bulletinId/listening',
    access: allow('bulletin', 'approver', 'author', 'duty-officer'),
    params: bulletinParams,
    body: NoteListening,
    summary: 'Remember that I played this audio to its end.',
  },
  readListening: {
    method: 'GET',
    path: '/api/bulletins/:bulletinId/listening',
    access: allow('bulletin', 'approver', 'author', 'duty-officer'),
    params: bulletinParams,
    reply: z.object({ entries: z.array(Listening) }),
    summary: 'Who played which audio to its end, newest first.',
  },
  readUpload: {
    method: 'GET',
    path: '/api/uploads/:uploadId',
    access: allow('upload', 'author', 'duty-officer'),
    params: z.object({ uploadId: Id }),
    reply: Upload,
    summary: 'State of an upload and what was found in it. Uploading itself is tus 1.0 at /api/tus.',
  },
  // airings
  scheduleAiring: {
    method: 'POST',
    path: '/api/airings',
    access: allow('body.areaId', 'author', 'approver', 'duty-officer'),
    body: ScheduleAiring,
    reply: Airing,
    summary: 'Plan an airing of approved bulletins. Class emergency needs the duty officer and goes out at once.',
  },
  previewTargets: {
    method: 'POST',
    path: '/api/airings/preview',
    access: allow('body.areaId', 'author', 'approver', 'duty-officer'),
    body: PreviewTargets,
    reply: TargetsPreview,
    summary: 'Whom an airing would reach, what it costs, what else sounds then, what would be refused. Stores nothing.',
  },
  listAirings: {
    method: 'GET',
    path: '/api/airings',
    access: allow('query.areaId', ...everyone),
    query: z.object({ areaId: Id, from: Instant.optional(), to: Instant.optional(), ...page }),
    reply: list(Airing),
    summary: 'Airings of an area and below by start.',
  },
  readAiring: {
    method: 'GET',
    path: '/api/airings/:airingId',
    access: allow('airing', ...everyone),
    params: airingParams,
    reply: z.object({ airing: Airing, coverage: Coverage }),
    summary: 'One airing with its coverage.',
  },
  moveAiring: {
    method: 'POST',
    path: '/api/airings/:airingId/start',
    access: allow('airing', 'author', 'approver', 'duty-officer'),
    params: airingParams,
    body: MoveAiring,
    reply: Airing,
    summary: 'Move one that has not begun.',
  },
  cancelAiring: {
    method: 'DELETE',
    path: '/api/airings/:airingId',
    access: allow('airing', 'author', 'approver', 'duty-officer'),
    params: airingParams,
    reply: Airing,
    summary: 'Cancel; what is sounding stops.',
  },
  listDeliveries: {
    method: 'GET',
    path: '/api/airings/:airingId/deliveries',
    access: allow('airing', ...everyone),
    params: airingParams,
    query: z.object(page),
    reply: list(Delivery),
    summary: 'State, reason and evidence per receiver.',
  },
  exportReceipts: {
    method: 'GET',
    path: '/api/airings/:airingId/receipts',
    access: allow('airing', ...everyone),
    params: airingParams,
    summary: 'JSON lines for the stand-alone verifier.',
  },
  // overviews
  listNotices: {
    method: 'GET',
    path: '/api/notices',
    access: allow('query.areaId', ...everyone),
    query: z.object({ areaId: Id }),
    reply: z.object({ entries: z.array(Notice) }),
    summary: 'What needs a hand in an area and below: the newest 50 of each kind, airings of the last 7 days.',
  },
  summariseDay: {
    method: 'GET',
    path: '/api/day',
    access: allow('query.areaId', ...everyone),
    query: z.object({ areaId: Id, from: Instant, to: Instant }),
    reply: z.object({ airings: z.array(DayAiring) }),
    summary: 'Airings of an area and below between two instants, at most 62 days apart, with coverage and reach; 500 at most.',
  },
  feed: { method: 'GET', path: '/api/feed', access: signedIn, summary: 'Server-sent events of my branches.' },
  // receivers themselves
  enrolReceiver: {
    method: 'POST',
    path: '/api/agent/enrol',
    access: open,
    body: EnrolRequest,
    reply: Enrolled,
    summary: 'First contact of a receiver.',
  },
  issueNonce: {
    method: 'POST',
    path: '/api/agent/nonce',
    access: open,
    body: NonceRequest,
    reply: Nonce,
    summary: 'Nonce for a login.',
  },
  loginReceiver: {
    method: 'POST',
    path: '/api/agent/login',
    access: open,
    body: LoginRequest,
    reply: LoggedIn,
    summary: 'Bearer token against a signed nonce.',
  },
  stateServerTime: {
    method: 'POST',
    path: '/api/agent/time',
    access: open,
    body: z.strictObject({ nonce: z.string().min(16).max(64) }),
    reply: SignedServerTime,
    summary: "The server's time, signed against the caller's nonce.",
  },
  readKeySet: {
    method: 'GET',
    path: '/api/agent/key-set',
    access: open,
    reply: SignedKeySet,
    summary: 'The key set under the root key.',
  },
  readProgramme: {
    method: 'GET',
    path: '/api/agent/programme',
    access: receiver,
    summary: 'The signed programme (SignedProgramme) with ETag; 304 when what is held is still right.',
  },
  readMedia: {
    method: 'GET',
    path: '/api/agent/media/:sha256',
    access: receiver,
    params: z.object({ sha256: Sha256 }),
    summary: 'A media file, with ranges.',
  },
  // operation
  healthz: {
    method: 'GET',
    path: '/healthz',
    access: open,
    reply: z.object({ state: z.literal('up') }),
    summary: 'The process answers.',
  },
  readyz: {
    method: 'GET',
    path: '/readyz',
    access: open,
    reply: z.object({ state: z.enum(['ready', 'degraded']), missing: z.array(z.string()) }),
    summary: 'What is missing for full service.',
  },
} as const satisfies Record<string, Endpoint>;
export type EndpointName = keyof typeof endpoints;
