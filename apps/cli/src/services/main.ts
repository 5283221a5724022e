import { SERVICE_NAMES } from '@gennaker/service/config';
import { type AppDefinition, runApps } from '@gennaker/service/app';

const modules: Record<string, () => Promise<{ app: AppDefinition }>> = {
  front50: () => import('@gennaker/app-front50/module'),
  clouddriver: () => import('@gennaker/app-clouddriver/module'),
  rosco: () => import('@gennaker/app-rosco/module'),
  igor: () => import('@gennaker/app-igor/module'),
  echo: () => import('@gennaker/app-echo/module'),
  orca: () => import('@gennaker/app-orca/module'),
  gate: () => import('@gennaker/app-gate/module'),
  deck: () => import('@gennaker/app-deck/module'),
};

const wanted = process.argv.slice(2);
const names = Object.keys(modules).filter((name) => wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((name) => !SERVICE_NAMES.some((known) => known === name));
if (unknown.length > 0) throw new Error(`No such service: ${unknown.join(', ')}.`);

const apps = await Promise.all(names.map(async (name) => (await modules[name]?.())?.app));
await runApps(
  apps.filter((app) => app !== undefined),
  process.env,
);
