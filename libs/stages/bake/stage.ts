import type { BakeRequest } from '@gennaker/contracts/rosco';
import { bindsProduced } from '@gennaker/extension-sdk/bind-produced';
import { artifactsBefore, boundArtifact } from '@gennaker/extension-sdk/bound-artifact';
import { defineStage, type TaskContext, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { knownBuilds, matchPackages, type PackageMatch } from './packages.ts';
import { bakeProgressSchema, type BakeStage, bakeStageSchema } from './schema.ts';

/** How often a bake is looked at when nothing wakes the stage. */
const POLL_MS = 10_000;
const CREATE_TIMEOUT_MS = 5 * 60_000;
const BAKE_TIMEOUT_MS = 60 * 60_000;
const CALL_DEADLINE_MS = 120_000;

type Context = TaskContext<BakeStage>;

const createBake: TaskDefinition<BakeStage> = {
  name: 'createBake',
  timeoutMs: CREATE_TIMEOUT_MS,
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    const match = matchPackages(
      stage.package,
      knownBuilds(context.trigger, context.ancestorOutputs('buildInfo')),
      [
        ...(stage.packageArtifactIds ?? []).map((id) => boundArtifact(context, id, 'packageArtifactIds')),
        ...artifactsBefore(context),
      ],
      stage.allowMissingPackageInstallation ?? false,
    );
    if ('reason' in match) return { status: 'TERMINAL', reason: match.reason };
    const status = await context.ports.rosco.createBake(
      {
        params: { region: stage.region },
        query: stage.rebake ? { rebake: '1' } : {},
        body: bakeRequest(context, match),
      },
      { key: context.key, signal: context.signal, deadlineMs: CALL_DEADLINE_MS, traceparent: context.traceparent },
    );
    return {
      status: 'SUCCEEDED',
      context: {
        status,
        bakePackageName: match.packages.join(' '),
        previouslyBaked: status['existed'] === true,
        logsUrl: `/bakery/logs/${encodeURIComponent(stage.region)}/${encodeURIComponent(status.id)}`,
        ...(match.build ? { buildInfoUrl: match.build.url } : {}),
      },
    };
  },
};

const monitorBake: TaskDefinition<BakeStage> = {
  name: 'monitorBake',
  timeoutMs: BAKE_TIMEOUT_MS,
  async run(context): Promise<TaskResult> {
    const id = bakeId(context);
    const status = await context.ports.rosco.bakeStatus(
      { params: { region: context.context.region, id } },
      { signal: context.signal, traceparent: context.traceparent },
    );
    const reason = status.reason ?? { summary: `Bake ${id} is ${status.state}` };
    if (status.state === 'PENDING' || status.state === 'RUNNING')
      return { status: 'RUNNING', wakeAfterMs: POLL_MS, context: { status }, reason };
    if (status.result !== 'SUCCESS')
      return {
        status: 'TERMINAL',
        context: { status },
        reason: { ...reason, summary: `The bake failed: ${reason.summary}` },
      };
    return { status: 'SUCCEEDED', context: { status }, reason };
  },
  async onCancel(context): Promise<void> {
    await context.ports.rosco.cancelBake(
      {
        params: { region: context.context.region, id: bakeId(context) },
        query: { executionId: context.executionId, stageId: context.stage.id },
      },
      { signal: context.signal, traceparent: context.traceparent },
    );
  },
};

const completedBake: TaskDefinition<BakeStage> = {
  name: 'completedBake',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    const { bakePackageName } = bakeProgressSchema.parse(stage);
    const bake = await context.ports.rosco.getBake(
      { params: { region: stage.region, id: bakeId(context) } },
      { signal: context.signal, traceparent: context.traceparent },
    );
    const image = { ami: bake.ami, imageId: bake.ami, imageName: bake.image_name };
    const detail = {
      ...image,
      amiName: bake.image_name,
      region: stage.region,
      cloudProvider: stage.cloudProviderType,
      cloudProviderType: stage.cloudProviderType,
      package: bakePackageName ?? stage.package,
      baseOs: stage.baseOs,
      baseLabel: stage.baseLabel,
      refId: context.stage.refId,
      ...(bake.base_ami ? { baseAmiId: bake.base_ami } : {}),
      ...(stage.amiSuffix ? { amiSuffix: stage.amiSuffix } : {}),
    };
    return {
      status: 'SUCCEEDED',
      context: image,
      outputs: { ...image, deploymentDetails: [detail], artifacts: bake.artifacts ?? [] },
    };
  },
};

/** Bakes a machine image with a package of the build in it. */
export default defineStage({
  type: 'bake',
  label: 'Bake',
  description: 'Installs a package of the build in a copy of a base image and keeps the result as an image',
  schema: bakeStageSchema,
  examples: [
    { package: 'hello', baseOs: 'debian-12-nodejs', cloudProviderType: 'gce', region: 'global' },
    { package: 'hello', baseOs: 'debian-12-nodejs', cloudProviderType: 'gce', rebake: true, user: 'somebody' },
  ],
  tasks: ({ context }) => [createBake, monitorBake, completedBake, ...bindsProduced(context)],
});

function bakeId(context: Context): string {
  return bakeProgressSchema.parse(context.context).status.id;
}

function bakeRequest(context: Context, match: PackageMatch): BakeRequest {
  const stage = context.context;
  const { build } = match;
  const commit = build?.scm.find((scm) => typeof scm['sha1'] === 'string')?.['sha1'];
  const optional = {
    account_name: stage.account,
    base_ami: stage.baseAmi,
    ami_name: stage.amiName,
    ami_suffix: stage.amiSuffix,
    template_file_name: stage.templateFileName,
    extended_attributes: stage.extendedAttributes,
    build_host: build && URL.canParse(build.url) ? `${new URL(build.url).origin}/` : undefined,
    job: build?.name,
    build_number: build && String(build.number),
    build_info_url: build?.url,
    commit_hash: typeof commit === 'string' ? commit : undefined,
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined && value !== '');
  return {
    package: match.packages.join(' '),
    package_urls: [...match.files],
    cloud_provider_type: stage.cloudProviderType,
    base_os: stage.baseOs,
    base_label: stage.baseLabel,
    user: context.user,
    spinnaker_execution_id: context.executionId,
    callback: { executionId: context.executionId, stageId: context.stage.id },
    ...Object.fromEntries(given),
  };
}
