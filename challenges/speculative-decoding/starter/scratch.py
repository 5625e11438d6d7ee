"""A place to play. `# %%` starts a cell; run one cell at a time, or the whole file."""

# %% The exact practice pair: a target, a draft that imitates it, and a prompt
import importlib

import matplotlib.pyplot as plt
import specdec
import torch
from practice import decode, encode, load_pair, measure

target, draft = load_pair()
prompt = torch.tensor([[3, 14, 15, 9, 26, 53]])
print("vocabulary:", target.config.vocab_size, "tokens")

# %% One call gives a row for each position; row i is about the token after input i
out = target(prompt)
print("logits:", tuple(out.logits.shape), " positions in the cache:", out.past_key_values.get_seq_length())

# %% How near is the draft? Both distributions of the same position
target_probs = torch.softmax(target(prompt).logits[0, -1], -1)
draft_probs = torch.softmax(draft(prompt).logits[0, -1], -1)

top = target_probs.argsort(descending=True)[:16]
places = torch.arange(16)
plt.figure(figsize=(7, 3))
plt.bar(places - 0.2, target_probs[top], width=0.4, label="target")
plt.bar(places + 0.2, draft_probs[top], width=0.4, label="draft")
plt.xticks(places, [str(token) for token in top.tolist()])
plt.xlabel("token id, by falling target probability")
plt.ylabel("probability")
plt.legend()
plt.show()

# %% A cache grows in place and can be cropped back
cache = target(prompt).past_key_values
guess = torch.tensor([[7, 8, 9]])
rows = target(guess, past_key_values=cache).logits
print("rows:", tuple(rows.shape), " in the cache:", cache.get_seq_length())
cache.crop(prompt.shape[1])
print("after crop:", cache.get_seq_length())

# %% Try what you have written (reload picks up your last edit)
specdec = importlib.reload(specdec)
text = specdec.generate(target, draft, prompt, max_new_tokens=12, generator=torch.Generator().manual_seed(0))
print(text[0].tolist())

# %% What did it cost? Speed-up by number of draft tokens
blocks = [1, 2, 3, 4, 6, 8]
accounts = [
    measure(specdec.generate, prompt, max_new_tokens=96, num_speculative_tokens=block) for block in blocks
]
for block, account in zip(blocks, accounts, strict=True):
    print(block, "target calls:", account.target_calls, " acceptance rate:", account.acceptance_rate)
plt.figure(figsize=(7, 3))
plt.plot(blocks, [account.speedup for account in accounts], marker="o")
plt.axhline(1.0, color="grey", linewidth=1)
plt.xlabel("num_speculative_tokens")
plt.ylabel("speed-up in virtual time")
plt.show()

# %% Text that can be read: two small models trained on Python code. Edit the prompt
text_target, text_draft = load_pair("text")
prompt = encode("def read_lines(path):\n")
print(decode(specdec.generate(text_target, text_draft, prompt, max_new_tokens=120)))
