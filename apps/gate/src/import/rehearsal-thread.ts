import type { Rehearsal } from '@gennaker/contracts/document-import';
import { answerPlays } from '@gennaker/simulation/answer-plays';
import { asPipelineJson } from '@gennaker/simulation/pipeline-json';
import { rehearse } from '@gennaker/simulation/rehearse';
import type { RehearsalPlay } from './rehearsals.ts';

answerPlays(({ pipeline, others }: RehearsalPlay): Promise<Rehearsal> =>
  rehearse(asPipelineJson(pipeline), others.map(asPipelineJson)),
);
