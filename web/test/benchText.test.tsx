import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";

import type { BenchText } from "../src/protocol";
import { BenchTexts } from "../src/room/BenchText";

const TEXT: BenchText = {
  num_speculative_tokens: 4,
  acceptance_rate: null,
  tokens_per_target_call: 1,
  new_tokens: 2,
  seconds: 0,
  plain_seconds: 0.5,
  prompt: ["def"],
  pieces: ["<b>", "\xff"],
  origins: ["plain", "recovered"],
  rejected: [{ at: 1, pieces: ["\u0000"] }],
};
const shown = (texts: BenchText[], missing: boolean) => renderToStaticMarkup(<BenchTexts texts={texts} missing={missing} />);

describe("the text of the bench", () => {
  it("is said to be missing where there is none, and not before the bench is through", () => {
    expect(shown([], true)).toContain("There is no pair of models here that writes text");
    expect(shown([], false)).toBe("");
  });

  it("is never markup, and has no speed-up where no time was measured", () => {
    const html = shown([TEXT], false);
    expect(html).toContain("&lt;b&gt;");
    expect(html).not.toContain("<b></b>");
    expect(html).toContain('aria-label="byte ff, recovered after a rejection; rejected: U+0000"');
    expect(html).toContain("Acceptance rate <b>none</b>");
    expect(html).not.toMatch(/Infinity|NaN|×/);
  });

  it("is the latest one", () => {
    expect(shown([TEXT, { ...TEXT, pieces: ["later", "x"] }], false)).toContain("later");
  });
});
