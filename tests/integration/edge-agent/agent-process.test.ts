import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatEnrolmentString, parseEnrolmentString } from '#signing/enrolment-string.ts';
import { buildAgent } from '../../../scripts/build-agent.ts';
import { itemOf } from '../../support/agent-bench.ts';
import { instant, mediaOfBytes, makeOrder } from '../../support/signed-fixtures.ts';
import { StandInServer } from '../../support/stand-in-server.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const run = promisify(execFile);
let bundle: string;

beforeAll(async () => {
  bundle = await buildAgent('dist/agent-under-test.cjs');
});

function environmentOf(folder: TempFolder): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TT_AGENT_DATA: join(folder.path, 'agent'),
    TT_AGENT_AUDIO_OUTPUT: 'null',
    TT_AGENT_ARM_AHEAD_MS: '3000',
    TT_AGENT_LOOK_NOW_JITTER_MS: '0',
  };
}

async function until(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function makeTone(folder: TempFolder, seconds: number): Promise<Buffer> {
  const tone = join(folder.path, 'tone.opus');
  const source = ['-f', 'lavfi', '-i', `sine=frequency=500:duration=${seconds}`];
  await run('ffmpeg', ['-v', 'error', ...source, '-c:a', 'libopus', '-b:a', '24k', tone]);
  return await readFile(tone);
}

describe('the bundled agent', () => {
  test('needs nothing beside it but Node', async () => {
    await using folder = await TempFolder.create();
    const copy = join(folder.path, 'agent.cjs');
    await copyFile(bundle, copy);
    const { stdout } = await run(process.execPath, [copy, '--version'], { cwd: folder.path, env: {} });
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('says what to do when it is not enrolled, and when its environment is wrong', async () => {
    await using folder = await TempFolder.create();
    const env = environmentOf(folder);
    await expect(run(process.execPath, [bundle, 'run'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^this receiver is not enrolled yet: run "truyen-thanh-agent enrol/),
    });
    await expect(run(process.execPath, [bundle, 'enrol', 'tt1~nonsense'], { env })).rejects.toMatchObject({
      stderr: expect.stringContaining('not an enrolment string'),
    });
    await expect(
      run(process.execPath, [bundle, 'run'], { env: { ...env, TT_AGENT_PLAYER: 'gramophone' } }),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining('TT_AGENT_PLAYER'),
    });
  });

  test('does not trust a server under another root key, and keeps nothing of it', async () => {
    await using folder = await TempFolder.create();
    await using right = await StandInServer.open();
    await using wrong = await StandInServer.open();
    const invitation = parseEnrolmentString(wrong.enrolmentString);
    if (!invitation) throw new Error('its own string');
    const text = formatEnrolmentString({ ...invitation, rootKey: right.signers.root.keyId });
    const env = environmentOf(folder);
    await expect(run(process.execPath, [bundle, 'enrol', text], { env })).rejects.toMatchObject({
      stderr: expect.stringContaining('root-key-foreign'),
    });
    await expect(readFile(join(folder.path, 'agent/identity.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('never calls it enrolled when nobody answered, and asks again with the same key', async () => {
    await using folder = await TempFolder.create();
    await using server = await StandInServer.open();
    const env = environmentOf(folder);
    const deaf = createServer((socket) => socket.destroy());
    await once(deaf.listen(0, '127.0.0.1'), 'listening');
    const { port } = deaf.address() as AddressInfo;
    const text = server.enrolmentString;
    const invitation = parseEnrolmentString(text);
    if (!invitation) throw new Error('its own string');
    const toNobody = formatEnrolmentString({ ...invitation, address: `http://127.0.0.1:${port}` });
    const keyOf = async () =>
      JSON.parse(await readFile(join(folder.path, 'agent/enrolling.json'), 'utf8')) as { code: string; pem: string };
    try {
      await expect(run(process.execPath, [bundle, 'enrol', toNobody], { env })).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^no answer from http:\S+ run the same command again[^\n]*\n$/),
      });
      const { pem } = await keyOf();
      await expect(run(process.execPath, [bundle, 'enrol', toNobody], { env })).rejects.toMatchObject({ code: 1 });
      expect((await keyOf()).pem).toBe(pem);
      expect((await stat(join(folder.path, 'agent/enrolling.json'))).mode & 0o777).toBe(0o600);
      const { stdout } = await run(process.execPath, [bundle, 'enrol', text], { env });
      expect(stdout).toBe(`enrolled as ${server.receiverId}\n`);
      expect(await readFile(join(folder.path, 'agent/private-key.pem'), 'utf8')).toBe(pem);
      await expect(keyOf()).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      deaf.close();
    }
  });

  test('without mpv says at its start what to install, never a stack, pretends nothing, and plays once it is there', async () => {
    await using folder = await TempFolder.create();
    await using server = await StandInServer.open();
    const bare = join(folder.path, 'bin');
    await mkdir(bare);
    const env = { ...environmentOf(folder), PATH: bare, TT_AGENT_HEARTBEAT_EVERY_MS: '300' };
    await run(process.execPath, [bundle, 'enrol', server.enrolmentString], { env });
    const bytes = await makeTone(folder, 2);
    const media = mediaOfBytes(bytes, 2_000);
    server.media.set(media.sha256, bytes);
    server.orders(makeOrder(Date.now() + 4_000, { items: [itemOf(media)], startBefore: instant(Date.now() + 12_000) }));
    const child = spawn(process.execPath, [bundle, 'run'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => void said.push(String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => void said.push(String(chunk)));
    try {
      await waitFor('a word on it', () =>
        /"player-not-open".*it is not installed \(sudo apt-get install mpv\)/.test(said.join('')),
      );
      await waitFor('a heartbeat that says so', () =>
        server.ups.some((up) => up.type === 'heartbeat' && ['failed', 'closed'].includes(up.vitals.player)),
      );
      const ended = await waitFor('the end', () => server.bodies.find(({ kind }) => kind === 'delivery-ended'), 40_000);
      expect(ended).toMatchObject({ outcome: 'failed', playedMs: 0, code: 'player-failed' });
      expect(server.bodies.filter(({ kind }) => kind === 'sounding-started')).toEqual([]);
      expect(said.join('')).not.toMatch(/^\s+at .*:\d+:\d+/m);

      await symlink((await run('which', ['mpv'])).stdout.trim(), join(bare, 'mpv'));
      await waitFor(
        'a player',
        () => server.ups.some((up) => up.type === 'heartbeat' && ['idle', 'armed'].includes(up.vitals.player)),
        60_000,
      );
      server.orders(makeOrder(Date.now() + 2_000, { items: [itemOf(media)] }));
      await server.lookNow();
      const second = await waitFor(
        'the second end',
        () => server.bodies.filter(({ kind }) => kind === 'delivery-ended')[1],
        40_000,
      );
      expect(second).toMatchObject({ outcome: 'played' });
    } finally {
      child.kill('SIGTERM');
      await until(child);
    }
  }, 180_000);

  test('killed in mid-airing goes on after its restart: nothing of the record is lost or doubled, nothing claimed that was not measured', async () => {
    await using folder = await TempFolder.create();
    await using server = await StandInServer.open();
    const env = environmentOf(folder);
    const bytes = await makeTone(folder, 14);
    const media = mediaOfBytes(bytes, 14_000);
    server.media.set(media.sha256, bytes);
    await run(process.execPath, [bundle, 'enrol', server.enrolmentString], { env });
    expect((await stat(join(folder.path, 'agent/private-key.pem'))).mode & 0o777).toBe(0o600);

    const startMs = Date.now() + 5_000;
    const order = makeOrder(startMs, { items: [itemOf(media)] });
    server.orders(order);
    const first = spawn(process.execPath, [bundle, 'run'], { env, stdio: 'ignore' });
    try {
      await waitFor(
        'a checkpoint with what was played',
        async () => {
          const text = await readFile(join(folder.path, 'agent/checkpoint.json'), 'utf8').catch(() => '{}');
          const saved = JSON.parse(text) as { runs?: { open: { playedMs: number }[] }[] };
          return (saved.runs?.[0]?.open[0]?.playedMs ?? 0) > 2_000;
        },
        40_000,
      );
      const rival = run(process.execPath, [bundle, 'run'], { env });
      await expect(rival).rejects.toMatchObject({ stderr: expect.stringContaining('another agent works in') });
    } finally {
      first.kill('SIGKILL');
      await until(first);
    }
    const killedMs = Date.now();
    const second = spawn(process.execPath, [bundle, 'run'], { env, stdio: 'ignore' });
    try {
      await waitFor('the end of the delivery', () => server.bodies.some(({ kind }) => kind === 'delivery-ended'), 40_000);
    } finally {
      second.kill('SIGTERM');
      await until(second);
    }
    const bodies = server.bodies;
    expect([...server.receipts.keys()].sort((one, other) => one - other)).toEqual(bodies.map((_, index) => index + 1));
    expect(bodies.filter(({ kind }) => kind === 'booted')).toMatchObject([{ previousEnd: 'first' }, { previousEnd: 'abrupt' }]);
    const ended = bodies.filter((body) => body.kind === 'sounding-ended');
    expect(ended).toHaveLength(1);
    const [sounding] = ended;
    expect(bodies.filter(({ kind }) => kind === 'sounding-started')).toHaveLength(1);
    expect(bodies.filter(({ kind }) => kind === 'delivery-ended')).toMatchObject([
      { outcome: 'partial', playedMs: sounding?.playedMs },
    ]);
    const [before, after] = sounding?.spans ?? [];
    expect(sounding?.spans).toHaveLength(2);
    // The stretch before the kill reaches no further than was checkpointed; the one after it stands where the wall clock is.
    expect(Date.parse(before?.startedAt ?? '') + (before?.toMs ?? 0)).toBeLessThanOrEqual(killedMs + 100);
    expect(Math.abs(Date.parse(after?.startedAt ?? '') - startMs - (after?.fromMs ?? 0))).toBeLessThanOrEqual(500);
    expect(sounding?.playedMs).toBeLessThan(14_000 * 0.98);
  });
});
