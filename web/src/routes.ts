/** Addresses of the pages (docs/protocol.md). Pure. */

export type Route =
  | { readonly page: "home" | "calibration" }
  | { readonly page: "what-if"; readonly interview: string | null }
  | { readonly page: "join"; readonly token: string }
  | {
      readonly page: "candidate" | "interviewer" | "watcher" | "arrangements" | "report" | "replay" | "mine";
      readonly interview: string;
    }
  | { readonly page: "unknown" };

export function route(path: string): Route {
  const [first = "", second = "", third = "", ...rest] = path.split("/").filter(Boolean).map(safeDecode);
  if (rest.length > 0) return { page: "unknown" };
  if (first === "") return { page: "home" };
  if (first === "calibration" && second === "") return { page: "calibration" };
  if (first === "what-if" && third === "") return { page: "what-if", interview: second || null };
  if (second !== "" && third === "") {
    if (first === "join") return { page: "join", token: second };
    if (first === "room") return { page: "candidate", interview: second };
    if (first === "arrangements") return { page: "arrangements", interview: second };
    if (first === "report") return { page: "report", interview: second };
    if (first === "mine") return { page: "mine", interview: second };
    if (first === "replay") return { page: "replay", interview: second };
  }
  if (first === "room" && (third === "interviewer" || third === "watcher"))
    return { page: third, interview: second };
  return { page: "unknown" };
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
