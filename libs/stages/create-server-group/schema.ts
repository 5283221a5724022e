export {
  newServerGroupStageSchema as createServerGroupStageSchema,
  type NewServerGroupStage as CreateServerGroupStage,
} from '@gennaker/contracts/server-group-stage';
