// `npm run check`: every check runs, also after one has failed; at the end one line a check says how it went.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Check {
  name: string;
  /** The script of package.json that does it. */
  script: string;
}

interface Outcome {
  name: string;
  verdict: 'ok' | 'failed' | 'absent';
  seconds: string;
}

const CHECKS: Check[] = [
  { name: 'types', script: 'types' },
  { name: 'lint', script: 'lint' },
  { name: 'format', script: 'format:check' },
  { name: 'boundaries', script: 'boundaries' },
  { name: 'dead code', script: 'dead-code' },
  { name: 'docs fresh', script: 'docs:check' },
  { name: 'tests', script: 'test' },
];

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

function runCheck({ name, script }: Check): Outcome {
  // A check that is not there must not read as passed.
  if (scripts[script] === undefined) return { name, verdict: 'absent', seconds: '' };
  console.log(`\n==> ${name}`);
  const startedMs = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  return { name, verdict: status === 0 ? 'ok' : 'failed', seconds };
}

const outcomes = CHECKS.map(runCheck);

console.log('');
for (const { name, verdict, seconds } of outcomes)
  console.log(`${name.padEnd(12)}${verdict.padEnd(8)}${seconds.padStart(8)}`.trimEnd());
if (outcomes.some(({ verdict }) => verdict === 'failed')) process.exitCode = 1;
