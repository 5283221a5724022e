import { Button } from '@mantine/core';
import { SearchIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { Link } from '@tanstack/react-router';

/** An address that names no page. */
export function NotFound() {
  return (
    <div className="page">
      <EmptyState
        icon={SearchIcon}
        title="There is no such page"
        actions={
          <Button renderRoot={(props) => <Link to="/applications" search={{}} {...props} />}>All applications</Button>
        }
      >
        The address may be mistyped, or what it named is gone.
      </EmptyState>
    </div>
  );
}

/** A page that failed while it was drawn. */
export function RouteError({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <div className="page">
      <ErrorPanel
        title="This page could not be shown"
        error={error}
        action={
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              reset();
              window.location.reload();
            }}
          >
            Load it again
          </Button>
        }
      />
    </div>
  );
}
