import { type ServiceProcesses, startServiceProcesses } from '../../service-processes.ts';
import type { TrialServers } from '../../servers.ts';

/** What the bench measures: stores of its own, and the services in one process, as a system has them unless told. */
export interface ApiSystem {
  readonly gate: string;
  readonly databaseUrl: string;
  readonly servers: TrialServers;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the stores, gate, and what its lists come from. */
export async function startApiSystem(): Promise<ApiSystem> {
  const system: ServiceProcesses = await startServiceProcesses({
    database: 'api',
    groups: [['front50', 'clouddriver', 'echo', 'orca', 'gate']],
  });
  const { databaseUrl, servers, processes, stop } = system;
  return { gate: system.url('gate'), databaseUrl, servers, pid: processes[0]?.pid() ?? 0, stop };
}
