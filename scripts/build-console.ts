// `npm run build:console`: the console as static files in dist/console, and what its first load weighs.
import { build } from 'vite';
import { measureFirstLoad, printSizes } from './checks/console-size.ts';

await build({ configFile: 'web/vite.config.ts', logLevel: 'warn' });
if (!printSizes(await measureFirstLoad('dist/console'))) process.exitCode = 1;
