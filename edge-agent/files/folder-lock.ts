import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * One agent a folder: two would fork the chain of receipts. The lock is a socket in Linux's abstract name space, which the
 * kernel takes back when its owner dies in whatever way: a lock file would be left behind by kill -9.
 * @throws when another process holds it.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`another agent works in ${folder}: only one may`) : error),
    );
    server.listen(`\0truyen-thanh-agent-${name}`, resolve);
  });
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
