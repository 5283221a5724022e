import type { RouterHistory } from '@tanstack/react-router';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { z } from 'zod';
import { TASK_FILTERS } from './queries/tasks.ts';
import { ApplicationLayout } from './shell/application-layout.tsx';
import { NotFound, RouteError } from './shell/route-states.tsx';
import { Shell } from './shell/shell.tsx';

// A value that looks like a number or a truth value is one in a parsed address: it is taken back to text.
const words = z
  .union([z.string(), z.number().transform(String), z.boolean().transform(String)])
  .optional()
  .catch(undefined);

/** What lists of the clouds are filtered by. */
const filter = { q: words, account: words, region: words };
/** What lists of things with parts in their names are filtered by besides. */
const facets = { stack: words, detail: words, status: words };

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: RouteError });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/applications', search: {} });
  },
});
const applications = createRoute({
  getParentRoute: () => root,
  path: '/applications',
  validateSearch: z.object({ q: words, create: z.boolean().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./pages/applications-page.tsx'), 'ApplicationsPage'),
});
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: z.object({ next: words }),
  component: lazyRouteComponent(() => import('./pages/login-page.tsx'), 'LoginPage'),
});
const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: z.object({
    ...{ q: words, open: words, type: words, source: words, application: words, pipeline: words },
    ...{ did: z.enum(['started', 'nothing']).optional().catch(undefined), from: words, to: words },
  }),
  component: lazyRouteComponent(() => import('./pages/events-page.tsx'), 'EventsPage'),
});
const notifications = createRoute({
  getParentRoute: () => root,
  path: '/notifications',
  validateSearch: z.object({
    state: z.enum(['waiting', 'delivered', 'dead', 'discarded']).optional().catch(undefined),
    application: words,
  }),
  component: lazyRouteComponent(() => import('./pages/notifications-page.tsx'), 'NotificationsPage'),
});
const builds = createRoute({
  getParentRoute: () => root,
  path: '/builds',
  validateSearch: z.object({ master: words, job: words, number: z.coerce.number().int().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./pages/builds-page.tsx'), 'BuildsPage'),
});
const tokens = createRoute({
  getParentRoute: () => root,
  path: '/tokens',
  component: lazyRouteComponent(() => import('./pages/tokens-page.tsx'), 'TokensPage'),
});
const engine = createRoute({
  getParentRoute: () => root,
  path: '/admin/engine',
  component: lazyRouteComponent(() => import('./pages/engine-page.tsx'), 'EnginePage'),
});
const people = createRoute({
  getParentRoute: () => root,
  path: '/admin/people',
  component: lazyRouteComponent(() => import('./pages/people-page.tsx'), 'PeoplePage'),
});
const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./pages/accounts-page.tsx'), 'AccountsPage'),
});
const search = createRoute({
  getParentRoute: () => root,
  path: '/search',
  validateSearch: z.object({ q: words, type: words }),
  component: lazyRouteComponent(() => import('./pages/search-page.tsx'), 'SearchPage'),
});
const permalink = createRoute({
  getParentRoute: () => root,
  path: '/executions/$executionId',
  component: lazyRouteComponent(() => import('./pages/permalink-page.tsx'), 'PermalinkPage'),
});
const application = createRoute({
  getParentRoute: () => root,
  path: '/applications/$application',
  component: ApplicationLayout,
});
const applicationHome = createRoute({
  getParentRoute: () => application,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/applications/$application/executions', params, search: {} });
  },
});
const executions = createRoute({
  getParentRoute: () => application,
  path: '/executions',
  validateSearch: z.object({
    ...{ q: words, status: words, execution: words, stage: words, start: words },
    ...{ user: words, parameter: words, trigger: words, artifact: words, commit: words, from: words, to: words },
  }),
  component: lazyRouteComponent(() => import('./pages/executions-page.tsx'), 'ExecutionsPage'),
});
const execution = createRoute({
  getParentRoute: () => application,
  path: '/executions/details/$executionId',
  validateSearch: z.object({ tab: words, stage: words, at: words, with: words }),
  component: lazyRouteComponent(() => import('./pages/execution-page.tsx'), 'ExecutionPage'),
});
// Spinnaker's address of an execution within the list.
const executionInList = createRoute({
  getParentRoute: () => application,
  path: '/executions/$executionId',
  validateSearch: z.object({ stage: words }),
  beforeLoad: ({ params: { application: name, executionId }, search }) => {
    throw redirect({
      to: '/applications/$application/executions',
      params: { application: name },
      search: { execution: executionId, stage: search.stage },
    });
  },
});
const queue = createRoute({
  getParentRoute: () => application,
  path: '/queue',
  component: lazyRouteComponent(() => import('./pages/queue-page.tsx'), 'QueuePage'),
});
const tasks = createRoute({
  getParentRoute: () => application,
  path: '/tasks',
  validateSearch: z.object({
    ...{ q: words, execution: words, stage: words },
    show: z.enum(TASK_FILTERS).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./pages/tasks-page.tsx'), 'TasksPage'),
});
// Spinnaker's addresses of a task.
const taskInList = createRoute({
  getParentRoute: () => application,
  path: '/tasks/$taskId',
  beforeLoad: ({ params: { application: name, taskId } }) => {
    throw redirect({
      to: '/applications/$application/executions/details/$executionId',
      params: { application: name, executionId: taskId },
      search: {},
    });
  },
});
const taskPermalink = createRoute({
  getParentRoute: () => root,
  path: '/tasks/$taskId',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/executions/$executionId', params: { executionId: params.taskId } });
  },
});
const configure = createRoute({
  getParentRoute: () => application,
  path: '/executions/configure/$pipelineId',
  validateSearch: z.object({ node: words, name: words }),
  component: lazyRouteComponent(() => import('./pages/editor-page.tsx'), 'EditorPage'),
});
const pipelineHistory = createRoute({
  getParentRoute: () => application,
  path: '/executions/configure/$pipelineId/history',
  validateSearch: z.object({ version: words, against: words, show: words }),
  component: lazyRouteComponent(() => import('./pages/pipeline-history-page.tsx'), 'PipelineHistoryPage'),
});
const projects = createRoute({
  getParentRoute: () => root,
  path: '/projects',
  validateSearch: z.object({ q: words }),
  component: lazyRouteComponent(() => import('./pages/projects-page.tsx'), 'ProjectsPage'),
});
const project = createRoute({
  getParentRoute: () => root,
  path: '/projects/$project/dashboard',
  component: lazyRouteComponent(() => import('./pages/project-page.tsx'), 'ProjectPage'),
});
const projectHome = createRoute({
  getParentRoute: () => root,
  path: '/projects/$project',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/projects/$project/dashboard', params });
  },
});
const templates = createRoute({
  getParentRoute: () => root,
  path: '/pipeline-templates',
  component: lazyRouteComponent(() => import('./pages/templates-page.tsx'), 'TemplatesPage'),
});
const importing = createRoute({
  getParentRoute: () => root,
  path: '/import',
  component: lazyRouteComponent(() => import('./pages/import-page.tsx'), 'ImportPage'),
});
const deleted = createRoute({
  getParentRoute: () => root,
  path: '/deleted',
  validateSearch: z.object({ q: words, application: words }),
  component: lazyRouteComponent(() => import('./pages/deleted-page.tsx'), 'DeletedPage'),
});
const clusters = createRoute({
  getParentRoute: () => application,
  path: '/clusters',
  validateSearch: z.object({
    ...filter,
    ...facets,
    by: z.enum(['account', 'region']).optional().catch(undefined),
    group: words,
    instance: words,
  }),
  component: lazyRouteComponent(() => import('./pages/clusters-page.tsx'), 'ClustersPage'),
});
const loadBalancers = createRoute({
  getParentRoute: () => application,
  path: '/loadBalancers',
  validateSearch: z.object({ ...filter, ...facets, open: words }),
  component: lazyRouteComponent(() => import('./pages/load-balancers-page.tsx'), 'LoadBalancersPage'),
});

const config = createRoute({
  getParentRoute: () => application,
  path: '/config',
  component: lazyRouteComponent(() => import('./pages/application-config-page.tsx'), 'ApplicationConfigPage'),
});
const firewalls = createRoute({
  getParentRoute: () => application,
  path: '/firewalls',
  validateSearch: z.object({ ...filter, open: words }),
  component: lazyRouteComponent(() => import('./pages/firewalls-page.tsx'), 'FirewallsPage'),
});
const images = createRoute({
  getParentRoute: () => application,
  path: '/images',
  validateSearch: z.object({ q: words, account: words, all: z.boolean().optional().catch(undefined), open: words }),
  component: lazyRouteComponent(() => import('./pages/images-page.tsx'), 'ImagesPage'),
});
const instances = createRoute({
  getParentRoute: () => application,
  path: '/instances',
  validateSearch: z.object({ ...filter, ...facets, open: words }),
  component: lazyRouteComponent(() => import('./pages/instances-page.tsx'), 'InstancesPage'),
});

// Spinnaker's deck routed behind "#": such links are taken to the same page here.
if (window.location.hash.startsWith('#/')) window.history.replaceState(null, '', window.location.hash.slice(1));

const routeTree = root.addChildren([
  home,
  applications,
  permalink,
  taskPermalink,
  login,
  events,
  notifications,
  builds,
  tokens,
  engine,
  people,
  accounts,
  search,
  projects,
  project,
  projectHome,
  templates,
  importing,
  deleted,
  application.addChildren([
    applicationHome,
    executions,
    execution,
    executionInList,
    queue,
    tasks,
    taskInList,
    configure,
    pipelineHistory,
    clusters,
    instances,
    loadBalancers,
    firewalls,
    images,
    config,
  ]),
]);

/** A router over deck's pages; `history` replaces the browser's. Paths and what they hold follow Spinnaker's, so links in runbooks keep working. */
export function createDeckRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    defaultPreload: 'intent',
    scrollRestoration: true,
    ...(history ? { history } : {}),
  });
}

/** Deck's pages. */
export const router = createDeckRouter();

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
