# zoo: cheat
# id: J27
# what: returns half a million tokens, in the frame of the wire or around it, so that the record cannot be kept
# expect: bad result

import os

import torch
from attack import codec, pick, request, send

MANY = 500_000


def in_a_tensor(target, input_ids):
    return torch.cat([input_ids, torch.zeros(1, MANY, dtype=torch.int64)], dim=1)


def as_many_as_fit_into_a_frame(target, input_ids):
    most = codec.MAX_REQUEST // 4
    text = input_ids[0].tolist()
    send(target, request(codec.Done((*text, *[1] * (most - len(text))))))
    os._exit(0)


def generate(target, draft, input_ids, **settings):
    return pick((in_a_tensor, as_many_as_fit_into_a_frame), input_ids)(target, input_ids)
