import { pino } from 'pino';
import { openApp } from './app.ts';
import { loadConfig } from './config.ts';
import { systemClock } from './lib/clock.ts';

/** Starts the server and ends it in order. What a person has to read goes to stdout as plain lines, the log to stderr. */
async function main(): Promise<void> {
  const config = loadConfig(process.argv.slice(2));
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const app = await openApp(config, { clock: systemClock, logger });
  for (const { program, state, install, reason } of app.missingPrograms) {
    process.stdout.write(
      `${program} is ${state}${reason === null ? '' : ` (${reason})`}: until you run “${install}” no bulletin can be rendered\n`,
    );
  }
  if (app.firstAdministrator) {
    const { username, password } = app.firstAdministrator;
    process.stdout.write(`first administrator: ${username}, password: ${password} (shown this once)\n`);
  }
  process.stdout.write(`root key that receivers pin: ${app.rootKey}\n`);
  process.stdout.write(`truyen-thanh listens at ${app.url}\n`);

  let isEnding = false;
  const end = (signal: string) => {
    if (isEnding) return;
    isEnding = true;
    logger.info({ signal }, 'ending');
    // What hangs must not keep the machine from restarting us: all that matters is durable already.
    setTimeout(() => process.exit(1), 20_000).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error as Error }, 'did not end in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
}

main().catch((error: unknown) => {
  // A start that fails is for a person to mend: a sentence, not a stack.
  process.stderr.write(`truyen-thanh can't start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  setTimeout(() => process.exit(1), 2_000).unref();
});
