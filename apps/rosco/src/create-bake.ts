import { randomUUID } from 'node:crypto';
import { badRequest } from '@gennaker/contracts/error';
import type { BakeRequest } from '@gennaker/contracts/rosco';
import { inTransaction } from '@gennaker/store/database';
import { once } from '@gennaker/store/inbox';
import { type BakeInputs, bakeKey, type BakePlan, imageDescription, imageName } from './bake-plan.ts';
import {
  addCallback,
  type BakeRow,
  countBakes,
  getBakeRow,
  insertBake,
  lockLiveBake,
  retireBake,
} from './bake-store.ts';
import type { Bakery } from './bakery.ts';
import { appVersion, parsePackageFileName } from './package-name.ts';
import { type BaseImage, bakeOptions, loadTemplate } from './templates.ts';

/** A request for a bake and how it came. */
export interface BakeCall {
  readonly region: string;
  readonly request: BakeRequest;
  readonly rebake: boolean;
  /** Idempotency key of the call: the same key gets the same bake. */
  readonly key: string | undefined;
  readonly traceparent: string;
}

/**
 * Finds the live bake of the request's key, or adds one for a worker. The base image is resolved and the package files
 * are fetched first, as both are in the key.
 * @throws ServiceError 400 for what cannot be baked, 502 where a source does not answer
 */
export async function createBake(bakery: Bakery, call: BakeCall): Promise<{ row: BakeRow; existed: boolean }> {
  const { db } = bakery;
  const plan = await planBake(bakery, call.request);
  const goneId = await completedWithoutImage(bakery, plan);
  const answer = await inTransaction(db, async (client) => {
    const add = async (): Promise<{ id: string; existed: boolean }> => {
      await client.query('select pg_advisory_xact_lock(hashtext($1))', [`rosco:${plan.key}`]);
      const live = await lockLiveBake(client, plan.key);
      if (live && !call.rebake && live.id !== goneId) {
        if (call.request.callback && (live.state === 'PENDING' || live.state === 'RUNNING'))
          await addCallback(client, live.id, call.request.callback);
        return { id: live.id, existed: true };
      }
      if (live) await retireBake(client, live.id);
      // Only a wish for another image gets another name: a failed bake's name was never taken.
      const generation = live || call.rebake ? await countBakes(client, plan.key) : 0;
      const id = randomUUID();
      await insertBake(client, {
        id,
        plan: { ...plan, imageName: imageName(readableName(call.request), plan.baseOs, plan.key, generation) },
        generation,
        region: call.region,
        callbacks: call.request.callback ? [call.request.callback] : [],
        trace: call.traceparent,
      });
      return { id, existed: false };
    };
    return call.key ? (await once(client, 'rosco', call.key, add)).response : add();
  });
  bakery.poke();
  const row = await getBakeRow(db.pool, answer.id);
  if (!row) throw new Error(`bake ${answer.id} vanished`);
  return { row, existed: answer.existed };
}

/** Id of the key's finished bake whose image somebody deleted. */
async function completedWithoutImage(bakery: Bakery, plan: BakePlan): Promise<string | undefined> {
  const live = await lockLiveBake(bakery.db.pool, plan.key);
  if (live?.state !== 'COMPLETED') return undefined;
  const images = bakery.images(await bakery.account(plan.account));
  return (await images.find(live.image_name)) ? undefined : live.id;
}

async function planBake(bakery: Bakery, request: BakeRequest): Promise<BakePlan> {
  const packages = request.package.split(/[\s,]+/).filter(Boolean);
  if (packages.length === 0) throw badRequest('No package to bake', { field: 'package', fix: 'name a package' });
  const base = await findBase(request);
  const account = await bakery.account(request.account_name);
  const template = await loadTemplate(request.template_file_name ?? base.templateFile);
  const source = await bakery.images(account).resolve(base);
  const files: BakeInputs['files'] = [];
  const repositoryPackages: string[] = [];
  for (const name of packages) {
    const file = request.package_urls.find((f) => f.fileName === name || f.fileName === `${name}.deb`);
    if (file) files.push(await bakery.packageFiles.fetch(file));
    else repositoryPackages.push(repositoryName(name));
  }
  const first = files[0] && parsePackageFileName(files[0].fileName);
  const version = first ? appVersion(first, request) : undefined;
  const given: Record<string, string | undefined> = {
    appversion: version,
    build_host: request.build_host,
    build_info_url: request.build_info_url,
    base_label: request.base_label,
    ami_name: request.ami_name,
    ami_suffix: request.ami_suffix,
    ...request.extended_attributes,
  };
  const inputs: BakeInputs = {
    provider: request.cloud_provider_type,
    account: account.name,
    project: account.project,
    baseImage: { name: source.name, id: source.id, selfLink: source.selfLink },
    template: { file: template.file, digest: template.digest },
    files,
    repositoryPackages,
    variables: Object.fromEntries(Object.entries(given).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
  };
  const key = bakeKey(inputs);
  return {
    ...inputs,
    key,
    baseOs: base.id,
    imageName: imageName(readableName(request), base.id, key, 0),
    description: imageDescription({ ...request, appversion: version }),
    ...(version ? { appversion: version } : {}),
  };
}

async function findBase(request: BakeRequest): Promise<BaseImage> {
  const options = await bakeOptions();
  const cloud = options.find((option) => option.cloudProvider === request.cloud_provider_type);
  if (!cloud)
    throw badRequest(`No images can be baked for the cloud "${request.cloud_provider_type}"`, {
      field: 'cloud_provider_type',
      fix: `use ${options.map((o) => o.cloudProvider).join(', ')}`,
    });
  const base = cloud.baseImages.find((image) => image.id === request.base_os);
  if (!base)
    throw badRequest(`There is no base image "${request.base_os}"`, {
      field: 'base_os',
      fix: `use ${cloud.baseImages.map((image) => image.id).join(', ')}`,
    });
  const named = request['base_ami'];
  return typeof named === 'string' && named ? { ...base, isImageFamily: false, sourceImage: named } : base;
}

/** apt's word for a package of the image's own repositories: `name` or `name=version`. */
function repositoryName(text: string): string {
  const file = parsePackageFileName(text);
  const name = file ? `${file.name}=${file.version}` : text;
  if (!/^[a-z0-9][a-z0-9+.-]*(=[A-Za-z0-9.+:~-]+)?$/.test(name))
    throw badRequest(`"${text}" is no package name`, {
      field: 'package',
      fix: 'use a package name, or a file name such as hello_1.0.0-h1.abc1234_all that the build archived',
    });
  return name;
}

function readableName(request: BakeRequest): string {
  const first = request.package.split(/[\s,]+/).find(Boolean) ?? 'image';
  const file = parsePackageFileName(first);
  const name = request.ami_name ?? (file ? `${file.name}-${file.version}-${file.arch}` : first);
  return request.ami_suffix ? `${name}-${request.ami_suffix}` : name;
}
