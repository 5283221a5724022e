import type { ReactNode } from 'react';

/** The head of a page: its title, and at the other end what it is filtered by and what can be done. */
export function PageHead({
  title,
  wraps = false,
  children,
}: {
  readonly title: string;
  /** Its controls go to a second line where there is no room. */
  readonly wraps?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className={wraps ? 'page-head page-head-wraps' : 'page-head'}>
      <h1>{title}</h1>
      <div className="page-space" />
      {children}
    </div>
  );
}
