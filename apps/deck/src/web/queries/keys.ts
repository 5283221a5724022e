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
};
