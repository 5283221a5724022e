import { Button } from '@mantine/core';
import {
  ApplicationsIcon,
  ClustersIcon,
  DiskIcon,
  FirewallIcon,
  HookIcon,
  HourglassIcon,
  InstanceIcon,
  LaunchConfigIcon,
  LoadBalancersIcon,
  PipelineIcon,
  PreconditionsIcon,
} from '@gennaker/ui/icons';
import { EmptyState } from '@gennaker/ui/panels';
import { isComplete } from '@gennaker/contracts/status';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useApplications } from '../queries/applications.ts';
import { pendingJudgments, useExecutions } from '../queries/executions.ts';

function Count({ of, look, label }: { readonly of: number; readonly look: string; readonly label: string }) {
  if (of === 0) return null;
  return (
    <span className="side-count gk-tone" data-look={look} title={label} aria-label={label}>
      {of}
    </span>
  );
}

function SideLink({
  to,
  application,
  icon,
  children,
}: {
  readonly to:
    | '/applications/$application/executions'
    | '/applications/$application/queue'
    | '/applications/$application/tasks'
    | '/applications/$application/clusters'
    | '/applications/$application/instances'
    | '/applications/$application/loadBalancers'
    | '/applications/$application/firewalls'
    | '/applications/$application/images'
    | '/applications/$application/config';
  readonly application: string;
  readonly icon: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Link
      to={to}
      params={{ application }}
      search={{}}
      className="side-link"
      activeOptions={{ includeSearch: false }}
      activeProps={{ 'aria-current': 'page' }}
    >
      {icon}
      {children}
    </Link>
  );
}

/** An application's frame: its sections at the left. */
export function ApplicationLayout() {
  const { application } = useParams({ from: '/applications/$application' });
  const applications = useApplications();
  const executions = useExecutions(application);
  const running = (executions.data ?? []).filter((execution) => !isComplete(execution.status));
  const queued = running.filter(({ status }) => status === 'NOT_STARTED').length;
  const waiting = pendingJudgments(running).length;
  const known = !applications.data || applications.data.some(({ name }) => name === application.toLowerCase());
  return (
    <div className="app">
      <nav className="side" aria-label={`Sections of ${application}`}>
        <div className="side-title">Delivery</div>
        <SideLink
          to="/applications/$application/executions"
          application={application}
          icon={<PipelineIcon size={16} aria-hidden />}
        >
          Pipelines
          <span className="side-counts">
            <Count of={waiting} look="person" label={`${waiting} waiting for approval`} />
            <Count of={running.length} look="running" label={`${running.length} running`} />
          </span>
        </SideLink>
        <SideLink
          to="/applications/$application/queue"
          application={application}
          icon={<HourglassIcon size={16} aria-hidden />}
        >
          Queue
          <span className="side-counts">
            <Count of={queued} look="system" label={`${queued} waiting for a slot`} />
          </span>
        </SideLink>
        <SideLink
          to="/applications/$application/tasks"
          application={application}
          icon={<PreconditionsIcon size={16} aria-hidden />}
        >
          Tasks
        </SideLink>
        <Link to="/events" search={{ application }} className="side-link">
          <HookIcon size={16} aria-hidden />
          Events
        </Link>
        <div className="side-title">Infrastructure</div>
        <SideLink
          to="/applications/$application/clusters"
          application={application}
          icon={<ClustersIcon size={16} aria-hidden />}
        >
          Clusters
        </SideLink>
        <SideLink
          to="/applications/$application/instances"
          application={application}
          icon={<InstanceIcon size={16} aria-hidden />}
        >
          Instances
        </SideLink>
        <SideLink
          to="/applications/$application/loadBalancers"
          application={application}
          icon={<LoadBalancersIcon size={16} aria-hidden />}
        >
          Load balancers
        </SideLink>
        <SideLink
          to="/applications/$application/firewalls"
          application={application}
          icon={<FirewallIcon size={16} aria-hidden />}
        >
          Firewalls
        </SideLink>
        <SideLink
          to="/applications/$application/images"
          application={application}
          icon={<DiskIcon size={16} aria-hidden />}
        >
          Images
        </SideLink>
        <div className="side-title">Application</div>
        <SideLink
          to="/applications/$application/config"
          application={application}
          icon={<LaunchConfigIcon size={16} aria-hidden />}
        >
          Configuration
        </SideLink>
      </nav>
      <main id="main" className="main" tabIndex={-1}>
        {known ? (
          <Outlet />
        ) : (
          <div className="page">
            <EmptyState
              icon={ApplicationsIcon}
              title={`There is no application "${application}"`}
              actions={
                <Button
                  renderRoot={(props) => <Link to="/applications" search={{ create: true, q: undefined }} {...props} />}
                >
                  Create an application
                </Button>
              }
            >
              It may have been deleted, or the address is mistyped.
            </EmptyState>
          </div>
        )}
      </main>
    </div>
  );
}
