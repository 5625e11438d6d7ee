/** The bar of every page that is not a room: home, where one is, and where one can go from here. */

import type { ReactNode } from "react";

import { Brand, ThemeToggle } from "./parts";

export function PageBar({ here, children }: { here: ReactNode; children?: ReactNode }) {
  return (
    <header className="topbar no-print">
      <Brand href="/" />
      <span className="here">{here}</span>
      <span className="grow" />
      {children}
      <ThemeToggle />
    </header>
  );
}
