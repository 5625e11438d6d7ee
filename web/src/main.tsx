/** The address picks the page; each page is loaded when needed. */

import { lazy, StrictMode, Suspense, type ReactNode } from "react";
import { createRoot } from "react-dom/client";

import { route } from "./routes";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/room.css";
import "./styles/report.css";
import "./styles/cohort.css";
import "./styles/replay.css";
import { ErrorBoundary } from "./ui/ErrorBoundary";
import { Loading, Notice } from "./ui/parts";
import { SkipLink } from "./ui/SkipLink";
import { applyToPage } from "./settings";
import "./ui/theme";

applyToPage(document.documentElement);

const Home = lazy(() => import("./pages/Home"));
const Join = lazy(() => import("./pages/Join"));
const Candidate = lazy(() => import("./pages/Candidate"));
const Interviewer = lazy(() => import("./pages/Interviewer"));
const Watcher = lazy(() => import("./pages/Watcher"));
const Arrangements = lazy(() => import("./pages/Arrangements"));
const Report = lazy(() => import("./pages/Report"));
const Mine = lazy(() => import("./pages/Mine"));
const Calibration = lazy(() => import("./pages/Calibration"));
const WhatIf = lazy(() => import("./pages/WhatIf"));
const Replay = lazy(() => import("./pages/Replay"));

function page(path: string): ReactNode {
  const to = route(path);
  switch (to.page) {
    case "home":
      return <Home />;
    case "join":
      return <Join token={to.token} />;
    case "candidate":
      return <Candidate interview={to.interview} />;
    case "interviewer":
      return <Interviewer interview={to.interview} />;
    case "watcher":
      return <Watcher interview={to.interview} />;
    case "arrangements":
      return <Arrangements interview={to.interview} />;
    case "report":
      return <Report interview={to.interview} />;
    case "mine":
      return <Mine interview={to.interview} />;
    case "calibration":
      return <Calibration />;
    case "what-if":
      return <WhatIf interview={to.interview} />;
    case "replay":
      return <Replay interview={to.interview} />;
    case "unknown":
      return (
        <Notice title="There is no such page">
          <p>Check the address, or open your invitation link again.</p>
        </Notice>
      );
    default:
      return to satisfies never;
  }
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <SkipLink />
    <ErrorBoundary>
      <Suspense fallback={<Loading what="Loading the page" />}>{page(location.pathname)}</Suspense>
    </ErrorBoundary>
  </StrictMode>,
);
