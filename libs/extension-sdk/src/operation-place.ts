import { ServiceError } from '@gennaker/contracts/error';
import type { OperationStage } from '@gennaker/contracts/server-group-stage';

/** The account of an operation that belongs to no cluster. @throws ServiceError 422 when none is named */
export function accountOf(stage: OperationStage): string {
  const account = stage.credentials ?? stage.account;
  if (!account)
    throw new ServiceError(422, 'The stage names no account', { field: 'credentials', fix: 'choose an account' });
  return account;
}

/** The regions of such an operation; `global` where none is named. */
export function regionsOf(stage: OperationStage): readonly string[] {
  if (stage.regions?.length) return stage.regions;
  return [stage.region ?? 'global'];
}
