import type { LabRequest, LabResult } from '@gennaker/contracts/strategy-lab';
import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import type { ReactNode } from 'react';
import { createContext, useContext } from 'react';
import type { StrategyUi } from './stage-ui.tsx';

/** What a select offers. `note` says why it offers nothing. */
export interface Choices {
  readonly options: readonly { readonly value: string; readonly label?: string; readonly hint?: string }[];
  readonly loading: boolean;
  readonly note?: string;
}

/** A cluster of the application, as forms need it. */
export interface ClusterChoice {
  readonly account: string;
  readonly cluster: string;
  readonly regions: readonly string[];
}

/** Whose traffic is wanted, and of when; without an end: up to now, again and again. */
export interface TrafficWindow {
  readonly application: string;
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to?: number | undefined;
}

/** When a schedule runs, in whose time. Times are epoch milliseconds. */
export interface ScheduleTimes {
  /** What the expression says, in words. */
  readonly description: string;
  readonly timezone: string;
  readonly next: readonly number[];
}

/** Live data for forms. Each method is a hook: call it unconditionally in a component. */
export interface LiveData {
  useAccounts(provider?: string): Choices;
  useRegions(account: string | undefined): Choices;
  useZones(account: string | undefined, region: string | undefined): Choices;
  useLoadBalancers(account: string | undefined, region: string | undefined): Choices;
  useInstanceTypes(account: string | undefined): Choices;
  useNetworks(account: string | undefined): Choices;
  /** Backend services and certificates that load balancers may use. */
  useBackendServices(account: string | undefined): Choices;
  useCertificates(account: string | undefined): Choices;
  useImages(account: string | undefined): Choices;
  useBaseImages(provider: string): Choices;
  useMasters(): Choices;
  /** External monitors that may judge deploys. */
  useDeploymentMonitors(): Choices;
  useJobs(master: string | undefined): Choices;
  /** Pipelines of an application by their ids. */
  usePipelines(application: string | undefined): Choices;
  /** Streams of messages that gennaker.yml names. */
  useSubscriptions(): Choices;
  /** The next runs of a schedule; undefined: nothing is asked. `triggerId` decides what `H` stands for. */
  useSchedule(
    asked: { readonly expression: string; readonly timezone: string; readonly triggerId: string } | undefined,
  ): {
    readonly times?: ScheduleTimes | undefined;
    readonly problem?: { readonly message: string; readonly fix?: string } | undefined;
  };
  useClusters(application: string): { readonly clusters: readonly ClusterChoice[]; readonly loading: boolean };
  /** What load balancers counted; undefined: nothing is asked. `problem` says why it is not known. */
  useTraffic(window: TrafficWindow | undefined): {
    readonly report?: TrafficReport | undefined;
    readonly problem?: string | undefined;
  };
  /** Plays a deploy on a simulated cloud; `result` may be that of the settings before while it plays. */
  useStrategyLab(request: LabRequest): {
    readonly result?: LabResult | undefined;
    readonly problem?: { readonly message: string; readonly fix?: string } | undefined;
    readonly playing: boolean;
  };
  /** Deployment strategies of this build. */
  readonly strategies: readonly StrategyUi[];
  /** A bake's log from an offset on. */
  readBakeLog(region: string, id: string, offset: number, signal: AbortSignal): Promise<LogPiece>;
}

/** A piece of a growing log. `complete`: nothing follows. */
export interface LogPiece {
  readonly text: string;
  /** Where it begins, when that is known: after the offset that was asked for, where what was between is not kept. */
  readonly start?: number;
  readonly nextOffset: number;
  readonly complete: boolean;
}

const LiveDataContext = createContext<LiveData | undefined>(undefined);

/** Gives forms below it their live data. */
export function LiveDataProvider({ value, children }: { readonly value: LiveData; readonly children: ReactNode }) {
  return <LiveDataContext value={value}>{children}</LiveDataContext>;
}

/** Live data for a form. @throws Error outside a LiveDataProvider. */
export function useLiveData(): LiveData {
  const value = useContext(LiveDataContext);
  if (!value) throw new Error('A form needs a LiveDataProvider above it.');
  return value;
}
