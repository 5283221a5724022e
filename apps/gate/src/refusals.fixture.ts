/** An execution that goes on for ten minutes. */
export const RUNNING = '01JRULES000000000000000000';

/** What has to be there before anything can be refused on its account: request line and body. */
export const SEED: readonly (readonly [string, unknown])[] = [
  [
    'POST /tasks',
    { application: 'rules', job: [{ type: 'createApplication', application: { name: 'rules', email: 'a@b.c' } }] },
  ],
  [
    'POST /v2/pipelineTemplates/create',
    {
      schema: 'v2',
      id: 'ruled',
      metadata: { name: 'ruled', scopes: ['global'] },
      variables: [],
      pipeline: { stages: [] },
    },
  ],
  [
    'POST /pipelines',
    {
      ...{ id: 'templated', application: 'rules', name: 'Templated', schema: 'v2', type: 'templatedPipeline' },
      template: { artifactAccount: 'front50ArtifactCredentials', reference: 'spinnaker://ruled' },
    },
  ],
  [
    'POST /pipelines',
    { id: 'asks', application: 'rules', name: 'Asks', parameterConfig: [{ name: 'version', required: true }] },
  ],
  ['POST /pipelines', { id: 'off', application: 'rules', name: 'Off', disabled: true }],
  [
    'POST /pipelines',
    {
      ...{ id: 'waits', application: 'rules', name: 'Waits' },
      stages: [{ refId: '1', requisiteStageRefIds: [], type: 'wait', waitTime: 600 }],
    },
  ],
  [
    'POST /pipelines/start',
    {
      application: 'rules',
      name: 'Waits',
      executionId: RUNNING,
      stages: [
        { refId: '1', requisiteStageRefIds: [], type: 'wait', waitTime: 600 },
        { refId: '2', requisiteStageRefIds: ['1'], type: 'evaluateVariables', variables: [] },
      ],
    },
  ],
  [
    'POST /tasks',
    {
      application: 'rules',
      job: [{ type: 'upsertProject', project: { id: 'taken', name: 'Taken', email: 'a@b.c', config: {} } }],
    },
  ],
];

const search = '/applications/rules/executions/search';
const pipeline = (more: object): object => ({ application: 'rules', name: 'New', ...more });
const create = '/v2/pipelineTemplates/create';

/** A rule, the request that breaks it, the status, a word of the answer, and the request's body. */
export const REFUSALS: readonly (readonly [string, string, number, string, unknown?])[] = [
  ['an application has to exist', 'GET /applications/nowhere', 404, 'nowhere'],
  ['a pipeline has to exist', 'GET /applications/rules/pipelineConfigs/nowhere', 404, 'nowhere'],
  ['a strategy has to exist', 'GET /applications/rules/strategyConfigs/nowhere', 404, 'nowhere'],
  ['an execution has to exist', 'GET /pipelines/nowhere', 404, 'nowhere'],
  ['an execution that is cancelled has to exist', 'PUT /pipelines/nowhere/cancel', 404, 'nowhere'],
  ['a task has to exist', 'GET /tasks/nowhere', 404, 'nowhere'],
  ['an account has to exist', 'GET /credentials/nowhere', 404, 'nowhere'],
  ['a project has to exist', 'GET /projects/nowhere', 404, 'nowhere'],
  ['a template has to exist', 'GET /v2/pipelineTemplates/nowhere', 404, 'nowhere'],
  ['a server group has to exist', 'GET /applications/rules/serverGroups/a/r/rules-v000', 404, 'There is no account a'],
  ['a bake has to exist', 'GET /bakery/logs/r/nowhere', 404, 'nowhere'],
  ['an artifact account has to exist', 'GET /artifacts/account/nowhere/names', 404, 'nowhere'],
  [
    'an artifact has to be of a type that is fetched',
    'PUT /artifacts/fetch',
    400,
    'docker/image',
    { type: 'docker/image' },
  ],
  ['an artifact is fetched with an account', 'PUT /artifacts/fetch', 400, 'artifacts.accounts', { type: 's3/object' }],
  ['what would be bound is asked of a pipeline', 'POST /artifacts/bindings/nowhere', 404, 'nowhere', {}],
  [
    'a start needs the artifacts that its trigger lists',
    'POST /pipelines/start',
    400,
    'no artifact was received',
    {
      ...{ application: 'rules', name: 'Expects', stages: [] },
      expectedArtifacts: [{ id: 'a', matchArtifact: { name: 'shop' } }],
      trigger: { expectedArtifactIds: ['a'] },
    },
  ],
  ['a build master has to exist', 'GET /v3/builds/nowhere/jobs', 404, 'nowhere'],
  ['an expression needs an execution', 'GET /pipelines/nowhere/evaluateExpression?expression=1', 404, 'nowhere'],
  [
    'executions are asked for by one kind of id',
    'GET /executions?pipelineConfigIds=a&executionIds=b',
    400,
    'executionIds',
  ],
  ['server groups are asked for by one thing', 'GET /serverGroups', 400, 'applications'],
  ['server groups are asked for by one thing alone', 'GET /serverGroups?applications=a&ids=a:b:c', 400, 'ids'],
  ['a search has a type', 'GET /search?q=abc', 400, 'type'],
  ['a template is asked for by tag or digest', 'GET /v2/pipelineTemplates/ruled?tag=latest&digest=x', 400, 'digest'],
  [
    'a search ends after it begins',
    `GET ${search}?triggerTimeStartBoundary=2&triggerTimeEndBoundary=1`,
    400,
    'triggerTime',
  ],
  ['a searched trigger is base64 of JSON', `GET ${search}?trigger=e30x`, 400, 'trigger'],
  ['a searched status is one', `GET ${search}?statuses=GOOD`, 400, 'SUCCEEDED'],
  ['a page has a size', `GET ${search}?size=0`, 400, 'size'],
  ['pages count from 1', 'GET /applications/rules/tasks?page=0', 400, 'page'],
  ['a schedule is one', 'GET /cron/validate?expression=bogus', 400, 'expression'],
  ['a redirect stays here', 'GET /auth/redirect?to=https%3A%2F%2Fevil.example', 400, 'to'],

  ['a saved pipeline has a body', 'POST /pipelines', 400, 'body'],
  ['a saved pipeline is JSON', 'POST /pipelines', 400, 'line 1', '{"name": }'],
  ['a saved pipeline is one object', 'POST /pipelines', 400, 'object', []],
  ['a pipeline has a name', 'POST /pipelines', 400, 'name', { application: 'rules' }],
  ['a name is not blank', 'POST /pipelines', 400, 'name', pipeline({ name: '  ' })],
  ['a name fits into a path', 'POST /pipelines', 400, 'name', pipeline({ name: 'a/b' })],
  ['a pipeline has an application', 'POST /pipelines', 400, 'application', { name: 'New' }],
  [
    'a name is taken once, in any case',
    'POST /pipelines',
    400,
    'A pipeline with name ASKS already exists',
    pipeline({ name: 'ASKS' }),
  ],
  [
    'stages follow stages that are there',
    'POST /pipelines',
    400,
    'stages.0.requisiteStageRefIds',
    pipeline({ stages: [{ type: 'wait', refId: '1', requisiteStageRefIds: ['2'] }] }),
  ],
  [
    'a template is one that is there',
    'POST /pipelines',
    400,
    'nowhere',
    pipeline({ schema: 'v2', type: 'templatedPipeline', template: { reference: 'spinnaker://nowhere' } }),
  ],
  [
    'a stale save is refused',
    'POST /pipelines?staleCheck=true',
    400,
    'stale',
    { id: 'asks', application: 'rules', name: 'Asks', updateTs: '1' },
  ],
  [
    'body and address have the same id',
    'PUT /pipelines/asks',
    400,
    'id',
    { id: 'off', application: 'rules', name: 'Off' },
  ],
  ['a bulk save is a list', 'POST /pipelines/bulksave', 400, 'body', {}],
  ['a reorder names the application', 'POST /actions/pipelines/reorder', 400, 'application', { idsToIndices: {} }],
  ['a reorder names the places', 'POST /actions/pipelines/reorder', 400, 'idsToIndices', { application: 'rules' }],
  ['a rename names both names', 'POST /pipelines/move', 400, 'to', { application: 'rules', from: 'Asks' }],
  [
    'a rename begins at a pipeline',
    'POST /pipelines/move',
    404,
    'nowhere',
    { application: 'rules', from: 'nowhere', to: 'New' },
  ],

  ['a started pipeline exists', 'POST /pipelines/rules/nowhere', 404, 'nowhere', {}],
  ['a required parameter has a value', 'POST /pipelines/rules/Asks', 400, 'Unable to trigger pipeline', {}],
  ['a disabled pipeline rests', 'POST /pipelines/rules/Off', 400, 'enable', {}],
  ['an event is no way around it', 'POST /webhooks/manual/x', 400, 'type', {}],
  ['a webhook brings an object', 'POST /webhooks/webhook/x', 400, 'object', []],
  ['a running execution is not deleted', `DELETE /pipelines/${RUNNING}`, 409, 'cancel it first'],
  ['a stage that is patched exists', `PATCH /pipelines/${RUNNING}/stages/nowhere`, 404, 'nowhere', {}],
  ['a stage that is restarted exists', `PUT /pipelines/${RUNNING}/stages/nowhere/restart`, 404, 'nowhere', {}],

  ['a task has jobs', 'POST /tasks', 400, 'job', { application: 'rules', job: [] }],
  ['a task has an application', 'POST /tasks', 400, 'application', { job: [{ type: 'wait' }] }],
  ['a job is one that there is', 'POST /tasks', 400, 'teleport', { application: 'rules', job: [{ type: 'teleport' }] }],
  [
    'a task has jobs of one kind',
    'POST /tasks',
    400,
    'job',
    {
      application: 'rules',
      job: [{ type: 'createApplication', application: { name: 'x', email: 'a@b.c' } }, { type: 'wait' }],
    },
  ],

  ['a template has the schema v2', `POST ${create}`, 400, 'schema', { schema: 'v1', id: 'x' }],
  [
    'a template id is taken once',
    `POST ${create}`,
    400,
    'ruled',
    { schema: 'v2', id: 'ruled', metadata: { name: 'ruled', scopes: [] }, variables: [], pipeline: {} },
  ],
  [
    'a tag is one of those there are',
    `POST ${create}?tag=bogus`,
    400,
    'stable',
    { schema: 'v2', id: 'y', metadata: { name: 'y', scopes: [] }, variables: [], pipeline: {} },
  ],
  ['a template that is used stays', 'DELETE /v2/pipelineTemplates/ruled', 400, 'Templated'],
  [
    'a plan needs a template',
    'POST /v2/pipelineTemplates/plan',
    400,
    'template',
    { schema: 'v2', application: 'rules', name: 'x' },
  ],
  ['notifications have a type', 'POST /notifications/application/rules', 400, 'slack', { slack: 'all' }],
];
