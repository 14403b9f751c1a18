import { describe, expect, test } from 'vitest';
import { BareMachine, PROGRAMS } from './bare-machine.ts';

const MACHINE = { programs: PROGRAMS, userId: 1000 };

describe('scripts/start', () => {
  test('builds, then becomes the server with its data beside the code', async () => {
    await using machine = await BareMachine.create(MACHINE);
    expect(machine.run('start').status).toBe(0);
    const [build, server, ...more] = await machine.calls();
    expect(build).toMatch(/^npm run .*\bbuild --if-present$/);
    expect(server).toBe(`node --import tsx server/main.ts --data ${machine.path('data')}`);
    expect(more).toEqual([]);
  });

  test('takes a port, and a data folder as seen from where it is called', async () => {
    await using machine = await BareMachine.create(MACHINE);
    expect(machine.run('start', '--port', '8081', '--data=our data').status).toBe(0);
    expect((await machine.calls()).at(-1)).toBe(
      `node --import tsx server/main.ts --data ${machine.path('elsewhere/our data')} --port 8081`,
    );
  });

  test('explains itself without installing or starting anything', async () => {
    await using machine = await BareMachine.create({ programs: [], userId: 1000 });
    const { status, stdout } = machine.run('start', '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('usage: ./scripts/start [--port PORT] [--data FOLDER]');
    expect(await machine.calls()).toEqual([]);
  });

  test.each([[['--port']], [['--port', 'http']], [['--port=65536']], [['--data=']], [['--colour']]])(
    'refuses %j before it does anything',
    async (args) => {
      await using machine = await BareMachine.create(MACHINE);
      const { status, stderr } = machine.run('start', ...args);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error: /);
      expect(await machine.calls()).toEqual([]);
    },
  );
});
