import type { PipelineRun } from '@gennaker/simulation/pipeline-run';
import type { InstanceMatch } from '@gennaker/simulation/simulated-cloud';
import type { SimulatedWorld } from '@gennaker/simulation/simulated-world';

/** Names of the server group that serves before a trial, and of the one that its deploy makes. */
export const OLD = 'hello-prod-v000';
/** @see OLD */
export const NEW = 'hello-prod-v001';
/** Where both are. */
export const PLACE = { credentials: 'local-gce', region: 'us-central1' } as const;

/** What goes wrong, or what somebody does, so many seconds after the deploy began. */
export type Trouble = { readonly after: number } & (
  | { readonly kind: 'orca-crashes' }
  | { readonly kind: 'clouddriver-crashes' }
  | { readonly kind: 'slow-answers'; readonly seconds: number }
  | { readonly kind: 'operation-fails'; readonly operationType: 'insert' | 'patch' | 'delete' }
  | { readonly kind: 'request-fails'; readonly count: number }
  | { readonly kind: 'new-never-healthy' }
  | { readonly kind: 'new-flaps'; readonly seconds: number }
  | { readonly kind: 'slow-boot'; readonly seconds: number }
  | { readonly kind: 'boot-fails'; readonly count: number }
  | { readonly kind: 'new-answers-errors' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'second-deploy' }
  | { readonly kind: 'by-hand'; readonly of: 'old' | 'new'; readonly deed: 'disable' | 'destroy' | 'shrink' }
);

/** What a trial goes through. */
export interface TroubledWorld {
  readonly world: SimulatedWorld;
  readonly run: PipelineRun;
  /** Instances of a server group. */
  readonly size: number;
  /** Instances that the deploy makes. */
  readonly newcomers: InstanceMatch;
  /** The server group whose boots fail. */
  readonly booting: string;
  /** Starts the second deploy to the cluster. */
  deployAgain(): void;
  /** Somebody is about to change a server group by hand. */
  touched(serverGroup: string): void;
}

/** Makes a trouble happen now. */
export function makeTrouble(troubled: TroubledWorld, trouble: Trouble): void {
  const { world, run, newcomers, booting } = troubled;
  const { cloud, clouddriver, time } = world;
  switch (trouble.kind) {
    case 'orca-crashes':
      return run.crash();
    case 'clouddriver-crashes':
      return clouddriver.crash();
    case 'slow-answers':
      return clouddriver.slowDown(trouble.seconds * 1_000);
    case 'operation-fails':
      return cloud.order({
        kind: 'fail-operation',
        operationType: trouble.operationType,
        code: 'INTERNAL_ERROR',
        message: 'Internal error',
        count: 1,
      });
    case 'request-fails':
      return cloud.order({
        kind: 'fail-request',
        status: 503,
        reason: 'backendError',
        message: 'Backend error',
        count: trouble.count,
      });
    case 'new-never-healthy':
      return cloud.failHealthOf(newcomers);
    case 'new-flaps': {
      cloud.sicken(newcomers);
      time.after(trouble.seconds * 1_000, () => cloud.heal(newcomers));
      return;
    }
    case 'slow-boot':
      return cloud.order({ kind: 'slow-boot', ms: trouble.seconds * 1_000, count: 3 });
    case 'boot-fails':
      return cloud.order({
        kind: 'fail-boot',
        contains: booting,
        code: 'BOOT_FAILED',
        message: 'No boot',
        count: trouble.count,
      });
    case 'cancelled':
      return run.send({ type: 'Cancel', user: 'tester', reason: 'changed my mind' });
    case 'new-answers-errors':
      return;
    case 'second-deploy':
      return troubled.deployAgain();
    case 'by-hand':
      return byHand(troubled, trouble.of === 'old' ? OLD : NEW, trouble.deed);
    default:
      return trouble satisfies never;
  }
}

/** What somebody does who knows nothing of the deploy: no lock is asked for. */
function byHand(
  { world: { clouddriver, time }, size, touched }: TroubledWorld,
  serverGroupName: string,
  deed: 'disable' | 'destroy' | 'shrink',
): void {
  touched(serverGroupName);
  const fewer = size - 1;
  const [operation, more] = {
    disable: ['disableServerGroup', {}],
    destroy: ['destroyServerGroup', {}],
    shrink: ['resizeServerGroup', { capacity: { min: fewer, max: fewer, desired: fewer } }],
  }[deed] as [string, object];
  // The server group may not be there yet, or not any more.
  void time.work(() => clouddriver.change(operation, { ...PLACE, serverGroupName, ...more }).catch(() => undefined));
}
