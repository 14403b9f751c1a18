import './first.ts';
import '@fontsource/be-vietnam-pro/latin-400.css';
import '@fontsource/be-vietnam-pro/latin-600.css';
import '@fontsource/be-vietnam-pro/vietnamese-400.css';
import '@fontsource/be-vietnam-pro/vietnamese-600.css';
import './ui/first-styles.ts';
import './ui/theme.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { openLanguage } from './i18n/language.ts';
import { createConsoleRouter } from './routes.tsx';
import { resolveVariables, theme } from './ui/theme.ts';

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }));

const root = document.getElementById('root');
if (!root) throw new Error('the page has no place for the console');
await openLanguage();
const schemeManager = localStorageColorSchemeManager({ key: 'truyen-thanh.scheme' });
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveVariables}
      colorSchemeManager={schemeManager}
      defaultColorScheme="auto"
    >
      <Suspense>
        <Notifications position="top-center" autoClose={6_000} />
      </Suspense>
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={createConsoleRouter()} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
// Menus and dialogues need them soon.
void import('./ui/all-styles.ts');
