export { instancesStageSchema as stageSchema } from '@gennaker/contracts/server-group-stage';
