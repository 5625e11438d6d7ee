/** One request at a time, and what went wrong with the last. */

import { useState } from "react";

import { ApiError } from "../api";

export function useSending(): {
  readonly busy: boolean;
  readonly error: ApiError | null;
  send(request: () => Promise<unknown>, onDone: () => void): void;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  return {
    busy,
    error,
    send(request, onDone) {
      setBusy(true);
      setError(null);
      request()
        .then(onDone)
        .catch((failure: unknown) => {
          if (!(failure instanceof ApiError)) throw failure;
          setError(failure);
        })
        .finally(() => setBusy(false));
    },
  };
}
