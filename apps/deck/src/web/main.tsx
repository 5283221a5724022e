import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '@gennaker/ui/styles.css';
import './styles/shell.css';
import './styles/executions.css';
import './styles/editor.css';
import './styles/infrastructure.css';
import './styles/insight.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { LiveDataProvider } from '@gennaker/ui/live-data';
import { ServiceError } from '@gennaker/contracts/error';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { liveData } from './queries/live-choices.ts';
import { connectStream } from './queries/live-stream.ts';
import { router } from './router.tsx';
import { theme } from './theme.ts';

/** Gate does not know who asks: logging in comes first, then back to this page. */
function toLogin(error: unknown): void {
  if (!(error instanceof ServiceError) || error.status !== 401) return;
  const { pathname, href } = router.state.location;
  if (pathname !== '/login') void router.navigate({ to: '/login', search: { next: href } });
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: toLogin }),
  mutationCache: new MutationCache({ onError: toLogin }),
  defaultOptions: {
    queries: {
      // The event stream says when something changed; time alone makes nothing stale.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 3 && (!(error instanceof ServiceError) || error.status >= 500),
      retryDelay: (attempt) => Math.min(5000, 400 * 2 ** attempt),
    },
  },
});
connectStream(client, new AbortController().signal);

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <LiveDataProvider value={liveData}>
          <Notifications position="bottom-right" limit={4} />
          <RouterProvider router={router} />
        </LiveDataProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
