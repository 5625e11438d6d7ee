"""A place to play. `# %%` starts a cell; run one cell at a time, or the whole file."""

# %% The practice pair: the target, a draft that imitates it, and a prompt
import matplotlib.pyplot as plt
import torch
from practice import load_pair

target, draft = load_pair()
prompt = torch.tensor([[3, 14, 15, 9, 26]])
print("vocabulary:", target.config.vocab_size, "tokens")

# %% One call gives a row for each position; row i is about the token after input i
out = target(prompt)
print("logits:", tuple(out.logits.shape), " positions in the cache:", out.past_key_values.get_seq_length())

# %% How near is the draft? The same position, both distributions
target_probs = torch.softmax(target(prompt).logits[0, -1], -1)
draft_probs = torch.softmax(draft(prompt).logits[0, -1], -1)

top = target_probs.argsort(descending=True)[:16]
places = torch.arange(16)
plt.figure(figsize=(7, 3))
plt.bar(places - 0.2, target_probs[top], width=0.4, label="target")
plt.bar(places + 0.2, draft_probs[top], width=0.4, label="draft")
plt.xticks(places, top.tolist())
plt.xlabel("token id, by falling target probability")
plt.ylabel("probability of the next token")
plt.legend()
plt.show()

# %% A cache grows in place and can be cropped back
cache = target(prompt).past_key_values
guess = torch.tensor([[7, 8, 9]])
rows = target(guess, past_key_values=cache).logits
print("rows:", tuple(rows.shape), " in the cache:", cache.get_seq_length())
cache.crop(prompt.shape[1])
print("after crop:", cache.get_seq_length())

# %% Try what you have written
from specdec import generate

text = generate(target, draft, prompt, max_new_tokens=12, generator=torch.Generator().manual_seed(0))
print(text[0].tolist())

# %% How often is the target called? Count the calls of one run
from practice import measure

account = measure(generate, prompt, max_new_tokens=64, num_speculative_tokens=4)
print("target calls:", account.target_calls, " draft calls:", account.draft_calls)
print("acceptance rate:", account.acceptance_rate)
print("tokens per target call:", round(account.tokens_per_target_call, 2))
print("speed-up:", round(account.speedup, 2))
