import type { CloudDefinition } from '@gennaker/extension-sdk/cloud';
import gce from './gce/cloud.ts';

/** Every cloud of this build, by its type. */
export const clouds: Readonly<Record<string, CloudDefinition>> = { gce };
