import { mkdir, chmod } from 'node:fs/promises';
import { build } from 'esbuild';

/** The whole agent as one file that needs nothing but Node: what is copied to a receiver. */
export async function buildAgent(outputFile = 'dist/truyen-thanh-agent.cjs'): Promise<string> {
  await mkdir('dist', { recursive: true });
  await build({
    entryPoints: ['edge-agent/main.ts'],
    outfile: outputFile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    legalComments: 'eof',
    // Optional natives of ws: absent on a receiver, and ws does without.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  await chmod(outputFile, 0o755);
  return outputFile;
}

if (import.meta.url === `file://${process.argv[1]}`) console.log(await buildAgent(process.argv[2]));
