/** A time that leads to its moment in the replay. */

import { Time } from "../ui/parts";
import { replayLink } from "./address";

export function Jump(props: {
  interview: string;
  at: number;
  long?: boolean;
  /** In a tab of its own, where leaving the page would leave the room. */
  apart?: boolean;
}) {
  const { interview, at, long = false, apart = false } = props;
  return (
    <a
      className="jump"
      href={replayLink(interview, at)}
      title={apart ? "See this moment in the replay, in another tab" : "See this moment in the replay"}
      {...(apart ? { target: "_blank", rel: "noopener" } : {})}
    >
      <Time at={at} long={long} />
    </a>
  );
}
