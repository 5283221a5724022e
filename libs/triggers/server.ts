import type { AnyTriggerDefinition } from '@gennaker/extension-sdk/trigger';
import jenkins from './jenkins/trigger.ts';
import manual from './manual/trigger.ts';
import webhook from './webhook/trigger.ts';

/** Every trigger type of this build, by its type. */
export const triggers: Readonly<Record<string, AnyTriggerDefinition>> = { jenkins, manual, webhook };
