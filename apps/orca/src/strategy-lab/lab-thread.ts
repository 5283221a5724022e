import { answerPlays } from '@gennaker/simulation/answer-plays';
import { type LabDeploy, simulateStrategy } from '@gennaker/simulation/strategy-lab';

answerPlays((deploy: LabDeploy, signal) => simulateStrategy(deploy, { signal }));
