/** What the checker marks: the rules of pyflakes and none of taste. The editor's own tree marks syntax, at once. */

export const OPTIONS = {
  "target-version": "py311",
  // Names from `import *` may well be there.
  lint: { select: ["F"], ignore: ["F403", "F405"] },
};
