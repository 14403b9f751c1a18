import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * One server a data folder. The lock is a socket in Linux's abstract name space: the kernel takes it back when its owner dies in
 * whatever way, so it can be neither stale nor stolen.
 * @throws an Error in words for the person who starts the server.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  const holder = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    holder.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new Error(`another server works in ${folder}: stop it, or give another folder with --data`) : error);
    });
    holder.listen(`\0truyen-thanh-server-${name}`, resolve);
  });
  holder.unref();
  return {
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => holder.close(() => resolve()));
    },
  };
}
