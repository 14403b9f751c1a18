// `npm run build:console`: the console as static files in dist/console, and what its first load weighs.
import { build } from 'vite';
import { measureFirstLoad, printSizes } from './checks/console-size.ts';

// Whoever starts this may be testing; what ships is always the production build of the libraries.
process.env['NODE_ENV'] = 'production';
await build({ configFile: 'web/vite.config.ts', logLevel: 'warn' });
if (!printSizes(await measureFirstLoad('dist/console'))) process.exitCode = 1;
