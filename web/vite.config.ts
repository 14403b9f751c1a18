import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The server beside which the console is developed: `npm start`. */
const SERVER = 'http://127.0.0.1:8080';

export default defineConfig({
  root: at('.'),
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    // What the development server may read: the console, the contract and packages. Never data/ or the server's sources.
    fs: { strict: true, allow: [at('.'), at('../server/contract'), at('../node_modules')] },
    proxy: { '/api': { target: SERVER, changeOrigin: false } },
  },
  build: {
    outDir: at('../dist/console'),
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    // The policy of the server lets pages load files of its own only: nothing is put into `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
