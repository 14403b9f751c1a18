import { describe, expect, test } from 'vitest';
import { BareMachine, PROGRAMS } from './bare-machine.ts';

describe('installing what is needed', () => {
  test('does nothing, and says nothing, when all is there', async () => {
    await using machine = await BareMachine.create({ programs: PROGRAMS, userId: 1000 });
    expect(machine.run('install-needs', 'tests')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await machine.calls()).toEqual([]);
  });

  test('as root fetches only the missing programs, after an update of the lists', async () => {
    await using machine = await BareMachine.create({
      programs: PROGRAMS.filter((name) => !['mpv', 'ffmpeg', 'ffprobe'].includes(name)),
      userId: 0,
    });
    expect(machine.run('install-needs', 'tests').status).toBe(0);
    const [update, install, ...more] = await machine.calls();
    expect(update).toMatch(/^apt-get .*\bupdate$/);
    expect(install).toMatch(/^apt-get .*\binstall -y --no-install-recommends ffmpeg mpv$/);
    expect(more.filter((call) => !call.startsWith('systemctl'))).toEqual([]);
  });

  test('leaves out for the server what only tests need', async () => {
    await using machine = await BareMachine.create({ programs: ['redis-server', 'ffmpeg', 'ffprobe', 'espeak-ng'], userId: 0 });
    expect(machine.run('install-needs', 'server').status).toBe(0);
    expect(await machine.calls()).toEqual([]);
  });

  test('without root and sudo says what to install, and stops', async () => {
    await using machine = await BareMachine.create({ programs: [], userId: 1000 });
    const { status, stderr } = machine.run('install-needs', 'server');
    expect(status).not.toBe(0);
    expect(stderr).toContain('apt-get install --no-install-recommends espeak-ng ffmpeg redis-server');
    expect(await machine.calls()).toEqual([]);
  });

  test('installs packages anew, compilers first, when the lock file asks for others', async () => {
    const programs = PROGRAMS.filter((name) => !['g++', 'make'].includes(name));
    await using machine = await BareMachine.create({ programs, userId: 0, isInstalled: false });
    expect(machine.run('install-needs', 'tests').status).toBe(0);
    const calls = await machine.calls();
    expect(calls.at(-2)).toMatch(/install -y --no-install-recommends g\+\+ make$/);
    expect(calls.at(-1)).toMatch(/^npm ci\b/);
  });

  test('refuses a Node that is too old, and says which it takes', async () => {
    await using machine = await BareMachine.create({ programs: PROGRAMS, userId: 0, nodeVersion: 'v18.19.0' });
    const { status, stderr } = machine.run('install-needs', 'server');
    expect(status).not.toBe(0);
    expect(stderr).toContain('Node v18.19.0 is too old. Install Node 20.19 or newer');
  });
});
