import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { DeploymentMonitor } from '@gennaker/contracts/deployment-monitors';
import type { echoApi } from '@gennaker/contracts/echo';
import type { front50Api } from '@gennaker/contracts/front50';
import type { igorApi } from '@gennaker/contracts/igor';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { roscoApi } from '@gennaker/contracts/rosco';
import type { Client, Streams } from '@gennaker/contracts/route';
import type { KnownStages } from '@gennaker/documents/judge-stage';
import type { GennakerFile } from '@gennaker/service/config';
import type { CustomStages } from './stages/custom-stages.ts';

/** The services behind gate. */
export interface Gate {
  readonly front50: Client<typeof front50Api>;
  /** Front50's lists of everything, which are passed on as they come. */
  readonly front50Lists: Streams<typeof front50Api>;
  readonly orca: Client<typeof orcaApi>;
  /** Orca's lists of executions, which are passed on as they come. */
  readonly orcaLists: Streams<typeof orcaApi>;
  readonly echo: Client<typeof echoApi>;
  readonly igor: Client<typeof igorApi>;
  readonly rosco: Client<typeof roscoApi>;
  readonly clouddriver: Client<typeof clouddriverApi>;
  readonly version: string;
  readonly customStages: CustomStages;
  /** What gennaker.yml says of triggers. */
  readonly triggers: Pick<GennakerFile, 'cron' | 'quietPeriod' | 'pubsub'>;
  /** The external monitors of deploys that gennaker.yml names. */
  readonly deploymentMonitors: readonly DeploymentMonitor[];
  /** Every stage type, of the build and of the configuration. */
  readonly stages: KnownStages;
}
