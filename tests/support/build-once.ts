import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Journeys and console tests run what ships: the bundled agent and the built console. Made once, before the first test file. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: 'inherit' });
}
