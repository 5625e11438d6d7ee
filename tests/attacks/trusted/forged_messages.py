# id: K07, K08
# prio: P1
# what: sends messages in another cell's name, of unknown types, asks for a password, opens a channel of its own
# expect: inert
# defence: messages are matched to our requests by parent; unknown types, input and comms are dropped
from sandbox.ports import Output

FORGE = """
kernel = get_ipython().kernel
def say(kind, content, parent=None):
    kernel.session.send(kernel.iopub_socket, kind, content, parent={"header": {"msg_id": parent or "another"}})
for parent in ("another", "", "0" * 32):
    say("stream", {"name": "stdout", "text": "forged"}, parent)
    say("execute_result", {"execution_count": 1, "data": {"text/plain": "forged"}, "metadata": {}}, parent)
say("probe_verdict", {"text": "forged", "passed": True})
kernel.session.send(kernel.iopub_socket, "shell_command", {"text": "forged"}, parent=kernel.get_parent())
kernel.session.send(kernel.iopub_socket, "comm_open", {"comm_id": "x", "target_name": "forged", "data": {}}, parent=kernel.get_parent())
try:
    input("forged: your session has expired, password:")
except Exception as error:
    print("no input:", type(error).__name__)
print("own")
"""


async def attack(world):
    bench = await world.workbench()
    said = [item.text for item in [i async for i in bench.execute(FORGE)] if isinstance(item, Output)]
    text = "".join(said)
    if "forged" in text:
        return f"shown as this cell's: {text[:120]!r}"
    assert "own" in text, text
    assert "no input" in text, text
    return None
