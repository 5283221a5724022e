import type { CustomStageType, customStageRoutes, PreconfiguredWebhook } from '@gennaker/contracts/custom-stages';
import type { Identity, Permissions } from '@gennaker/contracts/people';
import type { Handlers } from '@gennaker/contracts/route';

/** What the configuration makes stage types of. */
export interface CustomStages {
  readonly webhooks: readonly PreconfiguredWebhook[];
  readonly stageTypes: readonly CustomStageType[];
}

/** Settings of the type itself, which are none of the call. */
const OF_THE_TYPE = [
  'type',
  'label',
  'description',
  'enabled',
  'parameters',
  'permissions',
  'noUserConfigurableFields',
];

/** Lists the stage types of the configuration that the caller may use; neither addresses nor headers are told. */
export function customStageHandlers(custom: CustomStages): Handlers<typeof customStageRoutes> {
  return {
    preconfiguredWebhooks: ({ identity }) =>
      custom.webhooks
        .filter(({ enabled, permissions }) => enabled && mayUse(identity, permissions))
        .map((one) => ({
          type: one.type,
          label: one.label,
          description: one.description,
          waitForCompletion: String(one['waitForCompletion']) === 'true',
          preconfiguredProperties: Object.keys(one).filter((key) => !OF_THE_TYPE.includes(key)),
          noUserConfigurableFields: one.noUserConfigurableFields,
          parameters: one.parameters,
        })),
    preconfiguredJobs: ({ identity }) =>
      custom.stageTypes
        .filter(({ enabled, permissions }) => enabled && mayUse(identity, permissions))
        .map(({ type, label, description, base, parameters }) => ({ type, label, description, base, parameters })),
  };
}

function mayUse(identity: Identity, permissions: Permissions | undefined): boolean {
  const roles = permissions?.WRITE ?? [];
  return roles.length === 0 || identity.admin || roles.some((role) => identity.roles.includes(role));
}
