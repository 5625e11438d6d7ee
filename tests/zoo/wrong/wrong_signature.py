# zoo: wrong
# what: takes the prompt first, and none of the settings
# caught-by: contract


def generate(prompt, model):
    return prompt
