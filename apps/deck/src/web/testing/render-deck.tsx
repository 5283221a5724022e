import { MantineProvider } from '@mantine/core';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { LiveData } from '@gennaker/ui/live-data';
import { LiveDataProvider } from '@gennaker/ui/live-data';
import { strategyUis } from '@gennaker/strategies/ui';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';

const choices =
  (...values: string[]) =>
  () => ({ options: values.map((value) => ({ value })), loading: false });

/** Live data of tests: one account, one region, one load balancer. */
export const testLiveData: LiveData = {
  useAccounts: choices('local-gce'),
  useRegions: choices('us-central1', 'europe-west1'),
  useZones: choices('us-central1-a', 'us-central1-b'),
  useLoadBalancers: choices('hello-lb'),
  useInstanceTypes: choices('e2-small'),
  useNetworks: choices('default'),
  useBackendServices: choices('hello-main', 'hello-api'),
  useCertificates: choices('hello-cert'),
  useImages: choices('hello-1'),
  useBaseImages: choices('debian-12-nodejs'),
  useMasters: choices('demo-jenkins'),
  useDeploymentMonitors: choices('logs'),
  useJobs: choices('hello', 'team/job/hello'),
  useClusters: () => ({
    clusters: [{ account: 'local-gce', cluster: 'hello-prod', regions: ['us-central1'] }],
    loading: false,
  }),
  usePipelines: choices('deploy-id'),
  useSubscriptions: choices('builds'),
  useSchedule: () => ({}),
  useTraffic: () => ({}),
  useStrategyLab: () => ({ playing: true }),
  strategies: strategyUis,
  readBakeLog: async () => ({ text: 'line\n', nextOffset: 5, complete: true }),
};

/** Puts what jsdom lacks and Mantine asks for in place. */
export function prepareBrowser(): void {
  window.matchMedia ??= (query) =>
    ({
      matches: false,
      media: query,
      onchange: null,
      addEventListener: () => {},
      removeEventListener: () => {},
      addListener: () => {},
      removeListener: () => {},
      dispatchEvent: () => false,
    }) as MediaQueryList;
  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  // As browsers have it: with an answer, which is no clean-up of an effect.
  Element.prototype.scrollIntoView ??= async () => {};
  // Nothing is laid out.
  Range.prototype.getClientRects ??= () => document.createElement('span').getClientRects();
  if (!('fonts' in document))
    Object.defineProperty(document, 'fonts', { value: { addEventListener: () => {}, removeEventListener: () => {} } });
}

/** Renders a part of deck with everything around it that parts need. */
export function renderDeck(node: ReactNode) {
  prepareBrowser();
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <LiveDataProvider value={testLiveData}>{node}</LiveDataProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

/** A stage view with these keys. */
export function aStage(refId: string, keys: Partial<StageView>): StageView {
  return {
    id: `s${refId}`,
    refId,
    requisiteStageRefIds: [],
    type: 'wait',
    name: `Stage ${refId}`,
    status: 'NOT_STARTED',
    context: {},
    outputs: {},
    tasks: [],
    ...keys,
  };
}

/** An execution view with these stages. */
export function anExecution(stages: StageView[], keys: Partial<ExecutionView> = {}): ExecutionView {
  return {
    type: 'PIPELINE',
    id: 'e1',
    application: 'hello',
    name: 'Deliver',
    status: 'RUNNING',
    buildTime: 0,
    canceled: false,
    trigger: { type: 'manual' },
    stages,
    ...keys,
  };
}
