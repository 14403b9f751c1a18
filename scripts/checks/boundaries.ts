// Who may import whom, as data. Each comment says what to do instead; `check-boundaries.ts` applies the rules and
// tests/guards/boundaries.test.ts plants a violation of every one of them.
import type { IFlattenedRuleSet } from 'dependency-cruiser';

type BoundaryRule = NonNullable<IFlattenedRuleSet['forbidden']>[number] & { name: string; comment: string };

/** In the order of a bulletin's path: a stage may import those before it, never those after. */
export const STAGES = ['bulletins', 'rendering', 'scheduling', 'dispatch', 'alerts', 'maintenance', 'reports'];
/** What every stage may lean on; these know no stage. */
export const SUPPORT = ['areas', 'accounts', 'audit', 'receivers'];
/** Each technology once; these know neither stage nor support. */
export const TECHNOLOGY = ['http', 'queue', 'database', 'media', 'lib'];

/** Tables of constants without code of consequence: rules may read them as if they were part of themselves. */
const PLAIN_DATA = ['server/rendering/abbreviations.ts'];
/** Packages that only compute: no clock, disk or socket. */
const PURE_PACKAGES = ['read-vietnamese-number'];

const OURS = '^(server|edge-agent|web|signing|scripts)/';
const CONTRACT = '^server/contract/';

function anyOf(names: string[]): string {
  return `(${names.join('|')})`;
}

function folder(...names: string[]): string {
  return `^server/${anyOf(names)}/`;
}

function file(path: string): string {
  return `^${path.replaceAll('.', '\\.')}$`;
}

/** Matches a package whether it was resolved to its folder or is not installed and stands there by name. */
function npmPackage(...names: string[]): string {
  return `(^|/node_modules/|^node_modules/)${anyOf(names)}(/|$)`;
}

/** The cruiser names Node's own modules without `node:`, except those that exist only with it. */
function nodeModule(...names: string[]): string {
  return `^(node:)?${anyOf(names)}$`;
}

const stagesLookAhead: BoundaryRule[] = STAGES.slice(0, -1).map((stage, place) => ({
  name: `${stage}-looks-ahead`,
  severity: 'error',
  comment: `${stage} comes before these stages. Hand over by a stored row and a job, or take what you need as an argument wired in server/app.ts.`,
  from: { path: folder(stage) },
  to: { path: folder(...STAGES.slice(place + 1)) },
}));

const layers: BoundaryRule[] = [
  {
    name: 'support-knows-a-stage',
    severity: 'error',
    comment: 'Support folders serve every stage. Let the stage call you, or take a callback that server/app.ts wires.',
    from: { path: folder(...SUPPORT) },
    to: { path: folder(...STAGES) },
  },
  {
    name: 'technology-knows-the-domain',
    severity: 'error',
    comment:
      'A technology folder knows no stage and no support folder. Take what differs as an argument; server/app.ts wires it.',
    from: { path: folder(...TECHNOLOGY) },
    to: { path: folder(...STAGES, ...SUPPORT) },
  },
  {
    name: 'app-is-the-top',
    severity: 'error',
    comment:
      'Only main.ts starts the app. What you need from it, take as an argument; config and limits are in server/config.ts.',
    from: { path: '^(server|signing)/', pathNot: ['^server/main\\.ts$'] },
    to: { path: '^server/(app|main)\\.ts$' },
  },
  {
    name: 'server-stands-alone',
    severity: 'error',
    comment:
      'The server runs without agent, console and scripts beside it. What both ends need belongs in server/contract or signing.',
    from: { path: '^(server|signing)/' },
    to: { path: '^(edge-agent|web|scripts)/' },
  },
  {
    name: 'contract-only',
    severity: 'error',
    comment:
      'Agent and console know the server by #contract/* alone. Put what travels into server/contract; keep the rest on its side.',
    from: { path: '^(web|edge-agent)/' },
    to: { path: '^(server|web|edge-agent|scripts)/', pathNot: [CONTRACT, '^$1/'] },
  },
  {
    name: 'no-signing-in-web',
    severity: 'error',
    comment:
      'The console signs and verifies nothing: it shows what the server found. Add the finding to the reply in server/contract.',
    from: { path: '^web/' },
    to: { path: '^signing/' },
  },
  {
    name: 'contract-imports-zod-only',
    severity: 'error',
    comment: 'The contract is read by server, agent and browser. Keep to zod; behaviour belongs to the one who behaves.',
    from: { path: CONTRACT },
    to: { pathNot: [CONTRACT, npmPackage('zod')] },
  },
  {
    name: 'signing-imports-little',
    severity: 'error',
    comment:
      'An outsider must be able to read signing in an hour: node:crypto, canonicalize, zod and #contract. Pass the rest in as arguments.',
    from: { path: '^signing/' },
    to: { pathNot: ['^signing/', CONTRACT, nodeModule('crypto'), npmPackage('canonicalize', 'zod')] },
  },
  {
    name: 'rules-are-pure',
    severity: 'error',
    comment:
      'Rules decide from their arguments alone. Pass `now` and facts in; types they need go into a *-rules.ts or the contract. ' +
      'A new table of constants is named in PLAIN_DATA, a package that only computes in PURE_PACKAGES.',
    from: { path: '-rules\\.ts$', pathNot: ['^tests/'] },
    to: {
      pathNot: ['-rules\\.ts$', CONTRACT, file('server/lib/problem.ts'), ...PLAIN_DATA.map(file), npmPackage(...PURE_PACKAGES)],
    },
  },
];

const technologies: BoundaryRule[] = [
  {
    name: 'sql-in-stores',
    severity: 'error',
    comment:
      'SQL is written in *-store.ts and server/database only. Add a function to the store; elsewhere `import type` is enough.',
    from: { path: OURS, pathNot: ['^server/database/', '^server/.*-store\\.ts$'] },
    to: { path: npmPackage('knex', 'sqlite3', 'pg'), dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'express-in-http',
    severity: 'error',
    comment: 'Express lives in server/http. A *-routes.ts may name its types; use cases take parsed values and know no request.',
    from: { path: OURS, pathNot: ['^server/http/', '^server/.*-routes\\.ts$'] },
    to: { path: npmPackage('express', '@types/express', 'express-rate-limit', 'helmet', 'pino-http') },
  },
  {
    name: 'express-in-routes-by-type',
    severity: 'error',
    comment: 'A *-routes.ts is given its router by server/http: use `import type`.',
    from: { path: '^server/(?!http/).*-routes\\.ts$' },
    to: {
      path: npmPackage('express', '@types/express', 'express-rate-limit', 'helmet', 'pino-http'),
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'bullmq-in-queue',
    severity: 'error',
    comment: 'Redis is a to-do list that may be lost. Enqueue and handle jobs through server/queue, which alone knows BullMQ.',
    from: { path: OURS, pathNot: ['^server/queue/'] },
    to: { path: npmPackage('bullmq', 'ioredis') },
  },
  {
    name: 'broker-in-receivers',
    severity: 'error',
    comment: 'The broker is part of the link to agents: publish through server/receivers.',
    from: { path: OURS, pathNot: ['^server/receivers/'] },
    to: { path: npmPackage('aedes') },
  },
  {
    name: 'mqtt-in-agent-link',
    severity: 'error',
    comment: 'The agent speaks MQTT in edge-agent/link alone, behind its one interface: another transport must fit in there.',
    from: { path: OURS, pathNot: ['^edge-agent/link/'] },
    to: { path: npmPackage('mqtt') },
  },
  {
    name: 'ffmpeg-in-one-file',
    severity: 'error',
    comment: 'fluent-ffmpeg is archived upstream and fenced in: add what you need to server/media/ffmpeg.ts.',
    from: { path: OURS, pathNot: [file('server/media/ffmpeg.ts')] },
    to: { path: npmPackage('fluent-ffmpeg', '@types/fluent-ffmpeg') },
  },
  {
    name: 'child-process-in-few',
    severity: 'error',
    comment:
      'Each child process needs a time limit, an abort and an end. Use the wrappers of server/media, a *-engine.ts or edge-agent/audio.',
    from: {
      path: '^(server|edge-agent|web|signing)/',
      pathNot: [
        '^server/media/',
        '^server/rendering/[^/]+-engine\\.ts$',
        file('server/queue/private-redis.ts'),
        '^edge-agent/(audio|vitals)/',
        '^edge-agent/(main|watchdog)\\.ts$',
      ],
    },
    to: { path: nodeModule('child_process') },
  },
];

const hygiene: BoundaryRule[] = [
  {
    name: 'no-circular',
    severity: 'error',
    comment: 'Two files that import each other are one file or three: move what both need into a third that imports neither.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-import-of-tests',
    severity: 'error',
    comment: 'Shipped code never leans on tests. Scripts may use tests/support (the demo plays on its sound card), nothing else.',
    from: { path: '^(server|edge-agent|web|signing)/' },
    to: { path: '^tests/' },
  },
  {
    name: 'scripts-use-test-support-only',
    severity: 'error',
    comment: 'Scripts may use tests/support, never a test. Move what you need there.',
    from: { path: '^scripts/' },
    to: { path: '^tests/(?!support/)' },
  },
  {
    name: 'no-dev-dependency',
    severity: 'error',
    comment: 'What runs at a customer stands in "dependencies" of package.json.',
    from: { path: '^(server|edge-agent|signing)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-unresolvable',
    severity: 'error',
    comment: 'This import leads nowhere: the rules cannot judge what they cannot find. Correct the path or declare the package.',
    from: {},
    to: { couldNotResolve: true },
  },
];

export const BOUNDARIES: BoundaryRule[] = [...stagesLookAhead, ...layers, ...technologies, ...hygiene];
