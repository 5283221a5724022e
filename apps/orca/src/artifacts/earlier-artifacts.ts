import { isSame, type PriorArtifacts } from '@gennaker/extension-sdk/bind-artifacts';
import type { ExecutionState, Json } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { readExecutions } from '../rows.ts';
import { storedContent } from '../stored-artifacts.ts';

/** An earlier execution of a pipeline, with the artifacts that it began with and those of its stages. */
export interface EarlierArtifacts extends PriorArtifacts {
  /** Epoch milliseconds. */
  readonly buildTime: number;
  /** Those that it began with. */
  readonly ofTrigger: readonly Json[];
}

/** How many earlier executions are looked at: an artifact that did not come for longer is no longer what runs. */
const MOST = 20;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The earlier executions of a pipeline, the newest first, read one by one as they are asked for. */
export async function* earlierArtifacts(
  db: Queryable,
  pipeline: { readonly application: string; readonly configId: string; readonly except?: string | undefined },
): AsyncGenerator<EarlierArtifacts> {
  const { rows } = await db.query<{ id: string }>({
    name: 'orca-earlier-executions',
    text: `select id from orca.executions
           where pipeline_config_id = $1 and lower(application) = lower($2) and id is distinct from $3
           order by build_time desc, id desc limit ${MOST}`,
    values: [pipeline.configId, pipeline.application, pipeline.except ?? null],
  });
  for (const { id } of rows) {
    const [state] = await readExecutions(db, [id]);
    if (state) yield { executionId: id, buildTime: state.buildTime, ...artifactsOf(state) };
  }
}

function artifactsOf({ trigger, stages }: ExecutionState): Pick<EarlierArtifacts, 'artifacts' | 'ofTrigger'> {
  const expected = objects(trigger['resolvedExpectedArtifacts']);
  // A default stands in for what nobody supplied: a later one must not be held up by it.
  const defaults = expected.filter((one) => isSame(one['boundArtifact'], one['defaultArtifact']));
  const ofTrigger = objects(trigger.artifacts).filter(
    (artifact) => !defaults.some((one) => isSame(artifact, one['defaultArtifact'])),
  );
  const ofStages = Object.values(stages).flatMap((stage) => objects(stage.outputs['artifacts']));
  return { artifacts: [...ofStages, ...ofTrigger], ofTrigger };
}

const KEPT_APART = /^ref:\/\/([^/]+)\/([0-9a-f]{64})$/;
const WITH_CONTENT: Readonly<Record<string, string>> = {
  'remote/base64': 'embedded/base64',
  'remote/map/base64': 'embedded/map/base64',
};

/** An artifact of an earlier execution with its content, which goes with that execution where it is kept apart. */
export async function withContent(db: Queryable, artifact: Json): Promise<Json> {
  const { type, reference } = artifact;
  const kept = typeof reference === 'string' ? KEPT_APART.exec(reference) : null;
  const [, application, hash] = kept ?? [];
  if (typeof type !== 'string' || !Object.hasOwn(WITH_CONTENT, type) || !application || !hash) return artifact;
  return { ...artifact, type: WITH_CONTENT[type], reference: await storedContent(db, application, hash) };
}
