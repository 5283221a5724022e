export { serverGroupStageSchema as stageSchema } from '@gennaker/extension-sdk/server-group-stage';
