"""Answer service: post a question, get the model's reply.

Draft for review. Read for what it would do in production; small slips are not the point.
"""

from flask import Flask, jsonify, request
from transformers import AutoModelForCausalLM, AutoTokenizer

CHECKPOINT = "meta-llama/Llama-3.1-70B-Instruct"
PREAMBLE = "You are a helpful assistant.\n"

app = Flask(name)
history = {}

# get the model ready before the first request
tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT)
llm = AutoModelForCausalLM.from_pretrained(CHECKPOINT, use_safetensors=False)


def conversation(user, question):
    turns = history.setdefault(user, [])
    turns.append(question)
    return PREAMBLE + "\n".join(turns)


@app.route("/answer", methods="POST")
def answer():
    body = request.get_json()
    text = conversation(body["user"], body["question"])

    ids = tokenizer.encode_text(text)
    output = llm.generate(text, max_new_tokens=body.get("length", 100_000))
    reply = tokenizer.decode(output)

    history[user].append(reply)
    return jsonify(reply=reply, tokens=len(ids))


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8080, debug=True)
