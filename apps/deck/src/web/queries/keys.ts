/** Names of what the query cache holds. */
export const keys = {
  applications: ['applications'] as const,
  executions: (application: string) => ['executions', application] as const,
  execution: (id: string) => ['execution', id] as const,
  running: (application: string) => ['running', application] as const,
  pipelines: (application: string) => ['pipelines', application] as const,
  serverGroups: (application: string) => ['serverGroups', application] as const,
  loadBalancers: (application: string) => ['loadBalancers', application] as const,
  choices: (...what: readonly string[]) => ['choices', ...what] as const,
  /** What is known about one execution beyond its view: explanation, prediction, history. */
  insight: (id: string, ...what: readonly string[]) => ['insight', id, ...what] as const,
  stateAt: (id: string, at: number) => ['stateAt', id, at] as const,
  comparison: (a: string, b: string) => ['comparison', a, b] as const,
  plan: (pipeline: string, trigger: string) => ['plan', pipeline, trigger] as const,
  queues: ['queues'] as const,
  events: (type: string) => ['incoming', type] as const,
  me: ['me'] as const,
  users: ['users'] as const,
  tokens: ['tokens'] as const,
  engine: ['engine'] as const,
  setAside: ['engine', 'setAside'] as const,
  stageTypes: ['stageTypes'] as const,
};
