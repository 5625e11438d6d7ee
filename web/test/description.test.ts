import { describe, expect, it } from "vitest";

import { parameterAt, parseDescription, splitParameters } from "../src/editor/description";

const GENERATE = `Signature:
generate(
    target,
    draft,
    *,
    max_new_tokens,
    generator=None,
)
Docstring:
Continue the text.

Type: not a header of ours, since it is in the text
File:      /workspace/specdec.py
Type:      function`;

describe("what IPython says about an object", () => {
  it("is taken apart; a signature over many lines becomes one", () => {
    const { signature, documentation } = parseDescription(GENERATE);
    expect(signature).toBe("generate(target, draft, *, max_new_tokens, generator=None)");
    expect(documentation).toMatch(/^Continue the text\./);
  });

  it("finds the signature that a function written in C has in its documentation", () => {
    const text = "Docstring:\nmultinomial(input, num_samples, *, generator=None) -> LongTensor\n\nDraws.\nType: builtin";
    expect(parseDescription(text)).toMatchObject({
      signature: "multinomial(input, num_samples, *, generator=None) -> LongTensor",
      documentation: "Draws.",
    });
  });

  it("keeps everything of an object that has neither", () => {
    const { signature, documentation, rest } = parseDescription("Type:        int\nString form: 3");
    expect([signature, documentation, rest]).toEqual(["", "", "Type:        int\nString form: 3"]);
  });
});

describe("the parameter that is being written", () => {
  const { before, parameters, after } = splitParameters("f(a, b=(1, ','), /, *args, key: dict[str, int] = {}, **rest) -> None");
  const names = (written: string) => {
    const at = parameterAt(parameters, written);
    return at < 0 ? null : parameters[at]?.trim().replace(/,$/, "");
  };

  it("stands between the same brackets that were there", () => {
    expect([before, parameters.join(""), after]).toEqual([
      "f(",
      "a, b=(1, ','), /, *args, key: dict[str, int] = {}, **rest",
      ") -> None",
    ]);
  });

  it.each([
    ["", "a"],
    ["1", "a"],
    ["1, ", "b=(1, ',')"],
    ["g(1, 2), ", "b=(1, ',')"],
    ["'a, b', ", "b=(1, ',')"],
    ["1, 2, 3", "*args"],
    ["1, 2, 3, 4, 5", "*args"],
    ["1, key=", "key: dict[str, int] = {}"],
    ["1, other=2", "**rest"],
    ["x == 1", "a"],
  ])("after %j is %s", (written, parameter) => {
    expect(names(written)).toBe(parameter);
  });

  it("is none past the last, and none where there are no parameters", () => {
    expect(parameterAt(splitParameters("f(a, *, k)").parameters, "1, 2")).toBe(-1);
    expect(parameterAt(splitParameters("f()").parameters, "1")).toBe(-1);
  });
});
