# zoo: wrong
# what: is a class: to call it makes an object, not a text
# caught-by: contract


class generate:
    def __init__(self, target, draft, input_ids, **settings):
        self.text = input_ids

    def __call__(self):
        return self.text
