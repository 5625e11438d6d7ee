/** `/join/<token>`: takes the seat and goes on. */

import { useEffect, useState } from "react";

import { ApiError, join } from "../api";
import { Loading, Notice } from "../ui/parts";

export default function Join({ token }: { token: string }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    join(token).then(
      // Only a path on this server may follow; replace() keeps the secret out of the history.
      ({ path }) => current && location.replace(new URL(path, location.origin).pathname),
      (failure: unknown) => {
        if (current && failure instanceof ApiError) setError(failure);
      },
    );
    return () => {
      current = false;
    };
  }, [token, attempt]);

  if (!error) return <Loading what="Opening your seat" />;
  const title = TITLES[error.code] ?? error.message;
  return (
    <Notice title={title} testId="join-failed">
      {title === error.message ? null : <p>{error.message}</p>}
      <p>{error.hint}</p>
      <p>
        <button
          type="button"
          className="button"
          onClick={() => {
            setError(null);
            setAttempt(attempt + 1);
          }}
        >
          Try again
        </button>
      </p>
    </Notice>
  );
}

const TITLES: Readonly<Record<string, string>> = {
  link_unknown: "This link is not known here",
  link_over: "This link has ended",
};
