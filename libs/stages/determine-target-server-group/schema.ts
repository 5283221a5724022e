export { serverGroupStageSchema as stageSchema } from '@gennaker/contracts/server-group-stage';
