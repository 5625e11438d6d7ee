/** The page's own faults: say so, and that nothing typed is lost. */

import { Component, type ReactNode } from "react";

import { Notice } from "./parts";

export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice title="This page has a fault">
        <p>What was marked as saved is on the server. Reload the page to go on.</p>
        <p>
          <button type="button" className="button primary" onClick={() => location.reload()}>
            Reload
          </button>
        </p>
        <details>
          <summary>For the report to the maintainers</summary>
          <pre className="small">{error.stack ?? error.message}</pre>
        </details>
      </Notice>
    );
  }
}
