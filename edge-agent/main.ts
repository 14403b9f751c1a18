#!/usr/bin/env node
import { openAgent } from './agent.ts';
import { choosePlayer } from './choose-player.ts';
import { machineTime } from './clock/time-source.ts';
import { AGENT_VERSION, readConfig, readSystemdEnvironment } from './config.ts';
import { enrolReceiver } from './enrol-receiver.ts';
import { lockFolder } from './files/folder-lock.ts';
import { openDiskFiles } from './files/raw-files.ts';
import { wordsOf } from './log.ts';
import type { Log } from './log.ts';
import { findSystemdNotify, keepWatchdogFed } from './watchdog.ts';

const HELP = `truyen-thanh-agent ${AGENT_VERSION}: plays on one receiver what the server of this commune has signed for it.

  truyen-thanh-agent enrol STRING   first contact, with the one-use string from the console
  truyen-thanh-agent run            work until stopped (what the systemd unit does)
  truyen-thanh-agent --version

Environment: TT_AGENT_DATA (folder), TT_AGENT_AUDIO_OUTPUT (alsa, pulse, null ...), TT_AGENT_PLAYER (mpv, mpg123),
TT_AGENT_BATTERY_CLOCK (yes, no), TT_AGENT_MQTT_URL, TT_AGENT_HARDWARE_ID.`;

const writeLog: Log = (event, fields) => {
  process.stdout.write(JSON.stringify({ at: new Date().toISOString(), event, ...fields }) + '\n');
};

async function main([command, ...rest]: string[]): Promise<void> {
  switch (command) {
    case '--version':
      return void process.stdout.write(`${AGENT_VERSION}\n`);
    case '--help':
    case undefined:
      return void process.stdout.write(`${HELP}\n`);
    case 'enrol': {
      const [text] = rest;
      if (text === undefined) throw new Error('the enrolment string is missing: truyen-thanh-agent enrol STRING');
      const { receiverId } = await enrolReceiver(readConfig(), text);
      return void process.stdout.write(`enrolled as ${receiverId}\n`);
    }
    case 'run':
      return await run();
    default:
      throw new Error(`there is no command "${command}": see truyen-thanh-agent --help`);
  }
}

async function run(): Promise<void> {
  const config = readConfig();
  await using _lock = await lockFolder(config.dataFolder);
  await using agent = await openAgent(config, {
    files: openDiskFiles(config.dataFolder),
    time: machineTime,
    makePlayer: (clock) => choosePlayer(config, clock),
    fetch,
    log: writeLog,
  });
  writeLog('agent-up', { receiverId: agent.receiverId, version: AGENT_VERSION, clockTrust: agent.clock.trust });
  const { notifySocket, watchdogMs } = readSystemdEnvironment();
  const notify = findSystemdNotify({ NOTIFY_SOCKET: notifySocket }, writeLog);
  using _watchdog =
    notify &&
    keepWatchdogFed({
      notify,
      everyMs: watchdogMs / 3,
      lastTurnAtMs: () => agent.lastTurnAtMs,
      time: machineTime,
      log: writeLog,
    });
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  writeLog('agent-closing');
}

async function answer(): Promise<void> {
  // Node ends with 0 when nothing is left to wait for, as after a connection that was closed without a word: that is no success.
  process.exitCode = 1;
  const staysAwake = setInterval(() => undefined, 60_000);
  try {
    await main(process.argv.slice(2));
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`);
    process.exit(1);
  } finally {
    clearInterval(staysAwake);
  }
}

void answer();
