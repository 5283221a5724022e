import type { LabResult } from '@gennaker/contracts/strategy-lab';
import type { Clock } from '@gennaker/service/clock';
import { SimulationThread } from '@gennaker/simulation/simulation-thread';
import type { LabDeploy } from '@gennaker/simulation/strategy-lab';

/** Plays deploys beside the executions, which it does not hold up. */
export type StrategyLab = SimulationThread<LabDeploy, LabResult>;

/** A lab whose thread starts with the first deploy. */
export function strategyLab(clock: Clock): StrategyLab {
  return new SimulationThread(new URL('./lab-thread.ts', import.meta.url), clock, {
    plays: 'deploys',
    whenSilent: 'choose fewer instances or shorter waits',
  });
}
