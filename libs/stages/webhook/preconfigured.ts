import type { PreconfiguredWebhook } from '@gennaker/contracts/custom-stages';
import { customStage, parameterValues } from '@gennaker/extension-sdk/custom-stage';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import webhook from './stage.ts';

/** Keys of a preconfigured webhook that are no settings of the call. */
const OF_THE_TYPE = new Set([
  'type',
  'label',
  'description',
  'enabled',
  'parameters',
  'permissions',
  'noUserConfigurableFields',
]);
/** Keys that a run leaves in the context, or that every stage has. */
const KEPT = ['webhook', 'webhookAttempts'];

/** The stage types that preconfigured webhooks make; disabled ones make none. `${parameterValues.x}` is what a pipeline gave for x. */
export function preconfiguredWebhooks(configured: readonly PreconfiguredWebhook[]): AnyStageDefinition[] {
  return configured
    .filter(({ enabled }) => enabled)
    .map((one) => {
      const made = Object.fromEntries(
        Object.entries(one).filter(([key, value]) => !OF_THE_TYPE.has(key) && value !== undefined && value !== null),
      );
      return customStage(webhook, {
        type: one.type,
        label: one.label,
        description: one.description,
        permissions: one.permissions,
        settings: (context) => ({
          ...(one.noUserConfigurableFields
            ? Object.fromEntries(Object.entries(context).filter(([key]) => KEPT.includes(key)))
            : context),
          ...made,
        }),
        names: (context) => ({ parameterValues: parameterValues(one.parameters, context['parameterValues']) }),
      });
    });
}
