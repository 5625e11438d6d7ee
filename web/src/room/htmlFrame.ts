/** The document of a frame for HTML from the code: no scripts, no origin, nothing from the network. Pure. */

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const ROW_PX = 27;
const LEAST_PX = 60;
const MOST_PX = 420;

export interface FrameColours {
  readonly ink: string;
  readonly paper: string;
  readonly line: string;
}

export function frameDocument(html: string, { ink, paper, line }: FrameColours): string {
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<style>
body { margin: 8px; font: 13px/1.5 system-ui, sans-serif; color: ${ink}; background: ${paper}; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 10px; border-bottom: 1px solid ${line}; text-align: right; }
thead th { border-bottom-width: 2px; }
</style>
${html}`;
}

/** Nobody can measure such a frame from outside; a table's height is guessed by its rows. */
export function frameHeight(html: string): number {
  const rows = html.match(/<tr[\s>]/gi)?.length ?? 0;
  const blocks = html.match(/<(?:p|h[1-6]|li|br|pre|div)[\s>/]/gi)?.length ?? 0;
  return Math.min(MOST_PX, Math.max(LEAST_PX, 24 + ROW_PX * (rows + blocks)));
}
