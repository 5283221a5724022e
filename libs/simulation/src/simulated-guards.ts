import type { Reason } from '@gennaker/contracts/execution';
import type { ForeseenGroup, Foresight } from '@gennaker/contracts/foresight';
import { releaseHoldsSchema } from '@gennaker/contracts/holds';
import type { TrafficGuard } from '@gennaker/contracts/traffic-guards';
import gce from '@gennaker/clouds/gce/cloud';
import type { Cloud } from '@gennaker/extension-sdk/cloud';
import type { ClusterPlace } from '@gennaker/extension-sdk/cluster-lock';
import {
  foreseenOperation,
  foreseeOperations,
  releaseOf,
  servingNow,
} from '@gennaker/extension-sdk/foresee-operations';
import { type Described, guardedOperation, refusalOf } from '@gennaker/extension-sdk/guard-check';

type ReadCluster = (at: ClusterPlace) => Promise<readonly ForeseenGroup[]>;

/** The traffic guards of one simulation, judged as clouddriver judges them. */
export class SimulatedGuards {
  /** Of every application. */
  readonly trafficGuards: TrafficGuard[] = [];
  readonly #readCluster: ReadCluster;

  constructor(readCluster: ReadCluster) {
    this.#readCluster = readCluster;
  }

  readonly #readGuards = async (): Promise<readonly TrafficGuard[]> => this.trafficGuards;

  /** Why a guard refuses the first of these operations, by what the cloud shows now; null: none does. */
  async refusalOf(cloud: Cloud, operations: readonly Described[]): Promise<Reason | null> {
    if (this.trafficGuards.length === 0) return null;
    return refusalOf(
      {
        readGuards: this.#readGuards,
        servingGroups: async (at) =>
          (await this.#readCluster(at)).map((group) => servingNow(group, gce.platformHealth)),
        clusterOfInstance: async () => undefined,
      },
      operations.map((operation) => guardedOperation(cloud, operation)),
    );
  }

  /** What guards would say to operations, and what the cluster would be after them. */
  foresee(
    cloud: Cloud,
    at: ClusterPlace,
    groups: readonly ForeseenGroup[],
    operations: readonly (Described | { readonly release: Readonly<Record<string, unknown>> })[],
  ): Promise<Foresight> {
    return foreseeOperations(
      { readGuards: this.#readGuards, platformHealth: gce.platformHealth },
      at,
      groups,
      operations.flatMap((one) =>
        'release' in one
          ? releaseOf(groups, at, releaseHoldsSchema.parse(one.release))
          : [foreseenOperation(cloud, one)],
      ),
    );
  }
}
