import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import helmet from 'helmet';
import { describe, expect, test } from 'vitest';
import { consolePolicy, serveConsole } from '../../../server/http/console-files.ts';
import { closeServer, listen } from '../../../server/http/http-server.ts';
import { problemHandler } from '../../../server/http/problem-reply.ts';
import { TempFolder } from '../../support/temp-folder.ts';

async function openFiles(files: Record<string, string>) {
  const folder = await TempFolder.create();
  await mkdir(join(folder.path, 'assets'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  const app = express();
  app.use(helmet({ contentSecurityPolicy: consolePolicy }));
  app.use(serveConsole(folder.path));
  app.use((_request, response) => void response.status(404).send('not a page'));
  app.use(problemHandler);
  const server = createServer(app);
  const port = await listen(server, 0, '127.0.0.1');
  return {
    get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init),
    [Symbol.asyncDispose]: async () => {
      await closeServer(server);
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('the console as files', () => {
  const built = { 'index.html': '<!doctype html>page', 'assets/main-abc.js': 'let a', 'icon.svg': '<svg/>' };

  test('answers every address of a page with the one page, never kept by the browser', async () => {
    await using files = await openFiles(built);
    for (const path of ['/', '/bulletins/new', '/airings/1?area=2']) {
      const response = await files.get(path);
      expect(await response.text(), path).toBe('<!doctype html>page');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self';");
    }
  });

  test('lets files named by their content be kept for good', async () => {
    await using files = await openFiles(built);
    const response = await files.get('/assets/main-abc.js');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toContain('immutable');
  });

  test('never answers for the interface, for other methods, nor for a file of an older build with the page', async () => {
    await using files = await openFiles(built);
    expect(await (await files.get('/api/nothing')).text()).toBe('not a page');
    expect(await (await files.get('/mqtt')).text()).toBe('not a page');
    expect((await files.get('/bulletins', { method: 'POST' })).status).toBe(404);
    const gone = await files.get('/assets/main-old.js');
    expect(gone.status).toBe(404);
    expect(await gone.text()).not.toContain('page</');
    expect((await files.get('/..%2f..%2fetc%2fpasswd')).headers.get('content-type')).not.toContain('octet');
  });

  test('without a build says how to make one', async () => {
    await using files = await openFiles({});
    const response = await files.get('/');
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
  });
});
