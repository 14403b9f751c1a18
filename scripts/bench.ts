/**
 * `npm run bench -- NAME --json`: one JSON object a line, alone on its line: what was measured, what it was compared with in the
 * same interleaved run, and the ratio of medians. `npm run bench -- list` names them.
 */
import { benchEmergency } from './bench/bench-emergency.ts';

const benches: Record<string, { about: string; run(say: (text: string) => void): Promise<Record<string, unknown>[]> }> = {
  emergency: {
    about: 'from the order to the player until the emergency sounds in place of what was sounding, beside bare mpv',
    run: benchEmergency,
  },
};

const [name = 'list', ...flags] = process.argv.slice(2);
const bench = benches[name];
if (name === 'list') {
  for (const [each, { about }] of Object.entries(benches)) process.stdout.write(`${each}: ${about}\n`);
} else if (!bench || flags.some((flag) => flag !== '--json')) {
  process.stderr.write(`usage: npm run bench -- list | NAME [--json]; NAME is one of ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const rows = await bench.run((text) => process.stderr.write(`${text}\n`));
  for (const row of rows)
    process.stdout.write(`${flags.includes('--json') ? JSON.stringify(row) : JSON.stringify(row, null, 2)}\n`);
}
