import { MantineProvider } from '@mantine/core';
import { LiveDataProvider } from '@gennaker/ui/live-data';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { createDeckRouter } from '../router.tsx';
import { prepareBrowser, testLiveData } from './render-deck.tsx';

/** Renders the page of an address, with frame and routes; nothing of it is fake but gate. */
export function renderPage(path: string) {
  prepareBrowser();
  window.scrollTo = () => {};
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const history = createMemoryHistory({ initialEntries: [path] });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <LiveDataProvider value={testLiveData}>
          <RouterProvider router={createDeckRouter(history)} />
        </LiveDataProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { history, client };
}
