/** The few words spoken with a private Redis over its bare socket, where a client that reconnects by itself would be in the way. */
import { connect } from 'node:net';

const answerMaxMs = 1_000;
const answerBytesMax = 64 * 1024;

/** The process id of the Redis that answers on this socket and has read its file; undefined when none does. */
export async function askRedisPid(socketPath: string): Promise<number | undefined> {
  // PING first: while Redis still reads its file it answers INFO but not PING.
  const answer = await converse(
    socketPath,
    'PING\r\nINFO server\r\n',
    (text) => /process_id:\d+\r\n/.test(text) || text.startsWith('-'),
  );
  if (!answer.startsWith('+PONG')) return undefined;
  const pid = /process_id:(\d+)\r\n/.exec(answer)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** Flushes its file and ends; the answer to a SHUTDOWN that is obeyed is the end of the connection. */
export async function askRedisToShutDown(socketPath: string): Promise<void> {
  await converse(socketPath, 'SHUTDOWN\r\n', () => false);
}

/** What came until `isWhole`, the end of the connection, or the time limit; '' when nobody is there. */
function converse(socketPath: string, words: string, isWhole: (text: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(socketPath);
    const end = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerMaxMs, end);
    // No socket file, or nobody behind it: that is the answer, "none".
    socket.once('error', end);
    socket.once('close', end);
    socket.once('connect', () => socket.write(words));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (isWhole(answer) || answer.length > answerBytesMax) end();
    });
  });
}
